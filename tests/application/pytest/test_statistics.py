# SPDX-License-Identifier: Apache-2.0
"""The statistics group: the server's counters, the transports', and Zephyr's own where the build has them."""

from smp_line import READ, line_bytes, request

STATISTICS, GROUP, LIST = 2, 0, 1


def counters(client, name):
    answer = client.ask(READ, STATISTICS, GROUP, {"name": name}).map
    assert answer["name"] == name, answer
    return answer["fields"]


def test_the_list(board, client):
    groups = client.ask(READ, STATISTICS, LIST).map["stat_list"]
    assert groups[:2] == ["server", "serial"]
    assert ("udp" in groups) == (board.udp is not None)
    # The flash simulator's, which has 512 counters: no answer holds them.
    if "STATS" in board.configuration:
        assert {"flash_sim_stats", "flash_sim_thresholds"} <= set(groups)
        assert client.ask(READ, STATISTICS, GROUP, {"name": "flash_sim_stats"}).map == {"rc": 7}
        assert counters(client, "flash_sim_thresholds")["max_len"] == 0
    assert client.ask(READ, STATISTICS, GROUP, {"name": "none"}).map == {"err": {"group": STATISTICS, "rc": 3}}


def test_the_server_counts_requests(client):
    before = counters(client, "server")
    assert client.ask(READ, 0, 99).map == {"rc": 8}
    after = counters(client, "server")
    # What was asked for in between, and each time this itself.
    assert after["received"] == before["received"] + 2
    assert (after["failed"], after["succeeded"]) == (before["failed"] + 1, before["succeeded"] + 1)


def test_the_serial_line_counts(serial):
    before = counters(serial, "serial")
    wrong = line_bytes(request(READ, 0, 6), checksum=0x1234)
    right = line_bytes(request(READ, 0, 6))
    serial.send_bytes(wrong + right)
    answer = serial.receive()
    asked = line_bytes(request(READ, STATISTICS, GROUP, {"name": "serial"}))
    after = counters(serial, "serial")
    assert after["dropped_checksum"] == before["dropped_checksum"] + 1
    assert after["packets_received"] == before["packets_received"] + 2
    assert after["packets_sent"] == before["packets_sent"] + 2
    assert after["bytes_received"] == before["bytes_received"] + len(wrong) + len(right) + len(asked)
    assert after["bytes_sent"] > before["bytes_sent"] + len(answer.raw)


def test_udp_counts(udp):
    before = counters(udp, "udp")
    udp.send(bytes(1473))
    assert udp.receive().map == {"rc": 7}
    udp.ask(READ, 0, 6)
    after = counters(udp, "udp")
    assert after["dropped_too_large"] == before["dropped_too_large"] + 1
    assert after["packets_received"] == before["packets_received"] + 3
    assert after["packets_sent"] == before["packets_sent"] + 3

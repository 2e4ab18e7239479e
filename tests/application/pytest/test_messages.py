# SPDX-License-Identifier: Apache-2.0
"""Every command, on every transport the board has: what is answered, and which error."""

import re
from datetime import datetime

import cbor2
import pytest

from smp_line import READ, READ_RESPONSE, V1, V2, WRITE, WRITE_RESPONSE, request

OS, STATISTICS, ENUMERATION = 0, 2, 10
ECHO, TASKS, POOLS, DATE_TIME, RESET, PARAMETERS, INFORMATION, BOOTLOADER = 0, 2, 3, 4, 5, 6, 7, 8

# Recorded from Zephyr's own server, with sequence 7: request, response. Maps are compared by content, as a definite and an
# indefinite map of the same keys are the same answer; of the header all but the length.
RECORDED = {
    "echo": (request(WRITE, OS, ECHO, {"d": "a"}), "0b00000600000700 bf61726161ff"),
    "echo v1": (request(WRITE, OS, ECHO, {"d": "a"}, version=V1), "0300000600000700 bf61726161ff"),
    "echo read": (request(READ, OS, ECHO, {"d": "a"}), "0900000600000700 bf61726161ff"),
    "echo of nothing": (request(WRITE, OS, ECHO, {}), "0b00000500000700 bf617260ff"),
    "echo, no payload": (request(WRITE, OS, ECHO, payload=b""), None),
    "echo of a number": (request(WRITE, OS, ECHO, {"d": 1}), "0b00000600000700 bf62726303ff"),
    "echo, key twice": (request(WRITE, OS, ECHO, payload=bytes.fromhex("a2616461616164 6162")), "0b00000600000700 bf62726303ff"),
    "parameters written": (request(WRITE, OS, PARAMETERS), "0b00000600000706 bf62726308ff"),
    "unknown group": (request(READ, 99, 0), "0900000600630700 bf62726308ff"),
    "unknown command": (request(READ, OS, 99), "0900000600000763 bf62726308ff"),
    "version 3": (request(READ, OS, PARAMETERS, version=2), "0900000600000706 bf6272630dff"),
    "version 4": (request(READ, OS, PARAMETERS, version=3), "0900000600000706 bf6272630dff"),
    "claims 100 bytes": (request(READ, OS, PARAMETERS, length=100), "0900000600000706 bf62726309ff"),
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_answers(client, name):
    asked, recorded = RECORDED[name]
    client.send(asked)
    answer = client.receive()
    if recorded is None:
        # Length 0 is an empty map (SMP.md, section 2); the recorded server's rc 3 for this command is accepted as well.
        assert answer.map in ({"r": ""}, {"rc": 3})
        return
    header, payload = (bytes.fromhex(part) for part in recorded.split())
    assert answer.raw[:2] + answer.raw[4:8] == header[:2] + header[4:], answer
    assert answer.map == cbor2.loads(payload)


@pytest.mark.parametrize("length", [0, 1, 23, 24, 64, 255, 256])
def test_echo(client, length):
    text = "".join(chr(ord("a") + number % 26) for number in range(length))
    answer = client.ask(WRITE, OS, ECHO, {"d": text})
    assert (answer.operation, answer.version, answer.map) == (WRITE_RESPONSE, V2, {"r": text})


def test_echo_of_text_that_is_not_ascii(client):
    assert client.ask(WRITE, OS, ECHO, {"d": "zéphyr 風"}).map == {"r": "zéphyr 風"}


def test_the_sequence_number_comes_back(client):
    assert [client.ask(READ, OS, PARAMETERS, sequence=number).sequence for number in (0, 1, 255)] == [0, 1, 255]


def test_parameters_over_serial(board, serial):
    answer = serial.ask(READ, OS, PARAMETERS)
    assert answer.operation == READ_RESPONSE
    assert answer.map == {"buf_size": board.packet_size, "buf_count": 1}


def test_parameters_over_udp(board, udp):
    size = int(board.configuration["WESTERLY_UDP_PACKET_SIZE"])
    assert udp.ask(READ, OS, PARAMETERS).map == {"buf_size": size, "buf_count": 1}


def test_task_statistics(board, client):
    tasks = client.ask(READ, OS, TASKS).map["tasks"]
    assert {"main", "idle"} <= tasks.keys()
    assert ("westerly_udp" in tasks) == (board.udp is not None)
    assert sorted(task["tid"] for task in tasks.values()) == list(range(len(tasks)))
    for name, task in tasks.items():
        assert task.keys() == {
            "prio", "tid", "state", "stkuse", "stksiz", "cswcnt", "runtime", "last_checkin", "next_checkin"
        }, name
        assert task["stksiz"] > 0, name
        if not board.is_native:
            # On native_sim threads run on stacks of the host, and the kernel's stay as they were.
            assert 0 < task["stkuse"] < task["stksiz"], name
    if not board.is_native:
        # The main thread is answering, so it used some of its stack; its size is the configured one, in words.
        assert tasks["main"]["stksiz"] == int(board.configuration["MAIN_STACK_SIZE"]) // 4


def test_memory_pools(board, client):
    pools = client.ask(READ, OS, POOLS).map
    if int(board.configuration["HEAP_MEM_POOL_SIZE"]) > 0:
        heap = pools["system"]
        assert heap["blksiz"] == 1
        assert 0 < heap["min"] <= heap["nfree"] < heap["nblks"] <= int(board.configuration["HEAP_MEM_POOL_SIZE"])
    else:
        assert "system" not in pools
    for name, pool in pools.items():
        assert pool.keys() == {"blksiz", "nblks", "nfree", "min"}, name
        assert pool["min"] <= pool["nfree"] <= pool["nblks"], name


def test_date_and_time(client):
    assert client.ask(WRITE, OS, DATE_TIME, {"datetime": "2028-02-29T23:59:58"}).map == {}
    text = client.ask(READ, OS, DATE_TIME).map["datetime"]
    told = datetime.fromisoformat(text)
    assert datetime(2028, 2, 29, 23, 59, 58) <= told < datetime(2028, 3, 1, 0, 0, 30)


@pytest.mark.parametrize("text", ["", "now", "2026-13-01T00:00:00", "2026-02-29T00:00:00", "2026-01-01T24:00:00"])
def test_no_date_and_time(client, text):
    assert client.ask(WRITE, OS, DATE_TIME, {"datetime": text}).map == {"rc": 3}


def test_application_information(board, client):
    def ask(letters):
        return client.ask(READ, OS, INFORMATION, {"format": letters}).map["output"]

    kernel_version = ask("v")
    assert re.fullmatch(r"\d+\.\d+\.\d+(-\w+)?", kernel_version)
    expected = {
        "s": "Zephyr",
        "n": board.configuration["WESTERLY_NODE_NAME"],
        "v": kernel_version,
        "m": board.configuration["ARCH"],
        "p": {"posix": "x86_64", "arm": "cortex-m3", "riscv": "riscv32"}[board.configuration["ARCH"]],
        "i": board.configuration["BOARD_TARGET"],
        "o": "Zephyr",
    }
    for letter, output in expected.items():
        assert ask(letter) == output, letter
    # What git says of Zephyr's tree, or the version if that is no clone.
    assert ask("r")
    assert datetime.fromisoformat(ask("b").replace("Z", "+00:00"))
    everything = [ask(letter) for letter in "snrvbmpio"]
    assert ask("a").split() == " ".join(everything).split()
    # In the order of the list above, whatever the order of the letters.
    assert ask("ios").split() == ["Zephyr", board.configuration["BOARD_TARGET"], "Zephyr"]
    assert client.ask(READ, OS, INFORMATION).map == {"output": "Zephyr"}


def test_application_information_in_an_unknown_format(client):
    assert client.ask(READ, OS, INFORMATION, {"format": "sq"}).map == {"err": {"group": OS, "rc": 2}}
    assert client.ask(READ, OS, INFORMATION, {"format": "sq"}, version=V1).map == {"rc": 3}


def test_bootloader(client):
    # Neither board has one.
    assert client.ask(READ, OS, BOOTLOADER).map == {"err": {"group": OS, "rc": 3}}


def test_enumeration(client):
    count = client.ask(READ, ENUMERATION, 0).map["count"]
    groups = client.ask(READ, ENUMERATION, 1).map["groups"]
    assert count == len(groups)
    assert {OS, ENUMERATION} <= set(groups)
    singles = [client.ask(READ, ENUMERATION, 2, {"index": index}).map for index in range(count)]
    assert [single["group"] for single in singles] == groups
    assert [single.get("end", False) for single in singles] == [False] * (count - 1) + [True]
    assert client.ask(READ, ENUMERATION, 2, {"index": count}).map == {"err": {"group": ENUMERATION, "rc": 4}}
    details = client.ask(READ, ENUMERATION, 3).map["groups"]
    assert [entry["group"] for entry in details] == groups
    assert all(entry["name"] and entry["handlers"] > 0 for entry in details)
    assert [entry["group"] for entry in client.ask(READ, ENUMERATION, 3, {"groups": [OS]}).map["groups"]] == [OS]


def test_several_requests_in_a_packet(client):
    packet = b"".join(request(WRITE, OS, ECHO, {"d": str(number)}, sequence=number) for number in range(3))
    client.send(packet)
    answers = [client.receive() for _ in range(3)]
    assert [(answer.sequence, answer.map) for answer in answers] == [(n, {"r": str(n)}) for n in range(3)]
    client.expect_silence()


def test_a_packet_ends_at_its_first_error(client):
    good = request(WRITE, OS, ECHO, {"d": "good"}, sequence=1)
    bad = request(READ, 99, 0, sequence=2)
    client.send(good + bad + good)
    assert client.receive().map == {"r": "good"}
    assert client.receive().map == {"rc": 8}
    client.expect_silence()


def test_less_than_a_header_behind_a_request_is_ignored(client):
    client.send(request(WRITE, OS, ECHO, {"d": "x"}) + b"\x0a\0\0")
    assert client.receive().map == {"r": "x"}
    client.expect_silence()


def test_an_answer_is_not_answered(client):
    client.send(request(WRITE_RESPONSE, OS, ECHO, {"r": "x"}))
    client.expect_silence()
    assert client.ask(WRITE, OS, ECHO, {"d": "still here"}).map == {"r": "still here"}

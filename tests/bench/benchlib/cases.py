# SPDX-License-Identifier: Apache-2.0
"""What `record` asks of the C server, a case a line."""

from dataclasses import dataclass, field

from .mcuboot import header, image, sha, trailer
from .smp import READ, WRITE, packet

FLASH_SIZE = 4 * 1024 * 1024
SLOT_0, SLOT_1, SLOT_SIZE = 0xC000, 0x75000, 0x69000

IMAGE, STATISTICS, SETTINGS, FILES, SHELL, BASIC = 1, 2, 3, 8, 9, 63


@dataclass
class Case:
    group: str
    name: str
    requests: list
    comment: str = ""
    # What the flash holds before the device starts, as (offset, bytes).
    flash: list = field(default_factory=list)


def of(group, *rows):
    """Rows are (name, requests, comment?, flash?)."""
    for name, requests, *rest in rows:
        yield Case(group, name, requests if isinstance(requests, list) else [requests], *rest)


def both(group, name, op, number, command, payload, *rest):
    """The same in both versions of SMP."""
    yield from of(group, (f"{name}_v2", packet(op, number, command, payload), *rest), (f"{name}_v1", packet(op, number, command, payload, version=1), *rest))


def statistics():
    group = "statistics (2): one group, bench, of eight 32-bit counters, the first 5, the others 0"

    def show(payload, version=2):
        return packet(READ, STATISTICS, 0, payload, version)

    yield from of(group,
                  ("statistics_list", packet(READ, STATISTICS, 1)),
                  ("statistics_list_without_payload", packet(READ, STATISTICS, 1, b"")),
                  ("statistics_list_v1", packet(READ, STATISTICS, 1, version=1)),
                  ("statistics_list_written", packet(WRITE, STATISTICS, 1)),
                  ("statistics_show", show({"name": "bench"})),
                  ("statistics_show_v1", show({"name": "bench"}, 1)),
                  ("statistics_show_unknown_v2", show({"name": "x"}), "4.3 says group 63 here; 4.4 says 2, as documented"),
                  ("statistics_show_unknown_v1", [packet(WRITE, 0, 0, {"d": "seven"}), show({"name": "x"}, 1)],
                   "4.3 translates 3 as group 63's, gets 0 and sends the buffer as it is: the header of an earlier answer, without payload"),
                  ("statistics_show_without_name", show({})),
                  ("statistics_show_without_payload", show(b"")),
                  ("statistics_show_empty_name", show({"name": ""})),
                  ("statistics_show_name_is_an_integer", show({"name": 1})),
                  ("statistics_show_name_is_bytes", show({"name": b"bench"})),
                  ("statistics_show_name_twice", show(bytes.fromhex("a2646e616d656562656e6368646e616d656562656e6368"))),
                  ("statistics_show_unknown_key", show({"name": "bench", "more": 1})),
                  ("statistics_show_name_of_31", show({"name": "n" * 31})),
                  ("statistics_show_name_of_32", show({"name": "n" * 32})),
                  ("statistics_written", packet(WRITE, STATISTICS, 0, {"name": "bench"})))


def settings():
    group = "settings (3): bench/number (4 bytes, 42), bench/text (up to 15 bytes, hello), bench/fixed (1 byte, 7; cannot be set); names below 32 bytes, values up to 32"

    def read(payload, version=2):
        return packet(READ, SETTINGS, 0, payload, version)

    def write(payload, version=2):
        return packet(WRITE, SETTINGS, 0, payload, version)

    def delete(payload, version=2):
        return packet(WRITE, SETTINGS, 1, payload, version)

    def save(payload, version=2):
        return packet(WRITE, SETTINGS, 3, payload, version)

    load = packet(READ, SETTINGS, 3)
    commit = packet(WRITE, SETTINGS, 2)
    text = {"name": "bench/text"}
    yield from of(group,
                  ("settings_read_number", read({"name": "bench/number"})),
                  ("settings_read_text", read(text)),
                  ("settings_read_text_v1", read(text, 1)),
                  ("settings_read_max_size", read({"name": "bench/text", "max_size": 3})),
                  ("settings_read_max_size_of_33", read({"name": "bench/text", "max_size": 33}), "limited to the 32 of the configuration, and says so"),
                  ("settings_read_max_size_of_32", read({"name": "bench/text", "max_size": 32})),
                  ("settings_read_max_size_of_0", read({"name": "bench/text", "max_size": 0})),
                  ("settings_read_max_size_is_negative", read({"name": "bench/text", "max_size": -1})),
                  ("settings_read_unknown_key_v2", read({"name": "bench/none"})),
                  ("settings_read_unknown_key_v1", read({"name": "bench/none"}, 1)),
                  ("settings_read_unknown_root_v2", read({"name": "none/none"})),
                  ("settings_read_unknown_root_v1", read({"name": "none/none"}, 1)),
                  ("settings_read_root_alone", read({"name": "bench"})),
                  ("settings_read_name_of_31", read({"name": "bench/" + "n" * 25})),
                  ("settings_read_name_of_32_v2", read({"name": "bench/" + "n" * 26})),
                  ("settings_read_name_of_32_v1", read({"name": "bench/" + "n" * 26}, 1)),
                  ("settings_read_without_name", read({})),
                  ("settings_read_without_payload", read(b"")),
                  ("settings_read_empty_name", read({"name": ""})),
                  ("settings_read_name_is_an_integer", read({"name": 1})),
                  ("settings_read_unknown_key_in_map", read({"name": "bench/text", "more": True})),
                  ("settings_write", [write({"name": "bench/text", "val": b"abc"}), read(text)]),
                  ("settings_write_v1", [write({"name": "bench/text", "val": b"abc"}, 1), read(text)]),
                  ("settings_write_empty_value", [write({"name": "bench/text", "val": b""}), read(text)]),
                  ("settings_write_without_value", [write({"name": "bench/text"}), read(text)], "C takes it for an empty value"),
                  ("settings_write_text_for_bytes", [write({"name": "bench/text", "val": "abc"}), read(text)]),
                  ("settings_write_without_name", write({"val": b"abc"})),
                  ("settings_write_empty_name", write({"name": "", "val": b"abc"})),
                  ("settings_write_refused_length_v2", write({"name": "bench/number", "val": b"abc"}), "the handler says -EINVAL, which C takes for an unknown root"),
                  ("settings_write_refused_length_v1", write({"name": "bench/number", "val": b"abc"}, 1)),
                  ("settings_write_read_only_v2", write({"name": "bench/fixed", "val": b"\x01"}), "the handler says -ENOENT"),
                  ("settings_write_unknown_root_v2", write({"name": "none/none", "val": b"\x01"})),
                  ("settings_write_unknown_root_v1", write({"name": "none/none", "val": b"\x01"}, 1)),
                  ("settings_write_name_of_32_v2", write({"name": "bench/" + "n" * 26, "val": b"\x01"})),
                  ("settings_write_value_of_64", write({"name": "bench/text", "val": b"v" * 64}), "no limit of the server's own: the handler says -EINVAL"),
                  ("settings_delete", [delete(text), read(text)], "deletes what is stored; the value in use stays"),
                  ("settings_delete_what_is_not_stored_v2", delete({"name": "none/none"}), "an OK"),
                  ("settings_delete_name_of_32_v2", delete({"name": "n" * 32})),
                  ("settings_delete_name_of_32_v1", delete({"name": "n" * 32}, 1)),
                  ("settings_delete_without_name", delete({})),
                  ("settings_delete_empty_name", delete({"name": ""})),
                  ("settings_delete_read", packet(READ, SETTINGS, 1, text)),
                  ("settings_commit", commit),
                  ("settings_commit_v1", packet(WRITE, SETTINGS, 2, version=1)),
                  ("settings_commit_without_payload", packet(WRITE, SETTINGS, 2, b"")),
                  ("settings_commit_read", packet(READ, SETTINGS, 2)),
                  ("settings_load", load),
                  ("settings_save", save({})),
                  ("settings_save_without_payload", save(b"")),
                  ("settings_save_subtree", save({"name": "bench"})),
                  ("settings_save_one", save(text)),
                  ("settings_save_unknown_subtree_v2", save({"name": "none"})),
                  ("settings_save_empty_name", save({"name": ""})),
                  ("settings_save_name_of_32_v2", save({"name": "n" * 32})),
                  ("settings_save_name_is_an_integer", save({"name": 1})),
                  ("settings_saved_and_loaded", [write({"name": "bench/text", "val": b"one"}), save({}), write({"name": "bench/text", "val": b"two"}), read(text), load, read(text)]),
                  ("settings_saved_deleted_and_loaded", [write({"name": "bench/text", "val": b"one"}), save({}), delete(text), write({"name": "bench/text", "val": b"two"}), load, read(text)],
                   "nothing stored is nothing set"),
                  ("settings_unknown_command", packet(READ, SETTINGS, 4)))


def files():
    group = "files (8): littlefs at /lfs1, empty; names up to 64 bytes; hashes crc32 and sha256"

    def up(offset, data, length=None, name="/lfs1/a", version=2):
        return packet(WRITE, FILES, 0, {"off": offset, "data": data, "name": name} | ({} if length is None else {"len": length}), version)

    def down(offset, name="/lfs1/a", version=2):
        return packet(READ, FILES, 0, {"off": offset, "name": name}, version)

    def status(name="/lfs1/a", version=2):
        return packet(READ, FILES, 1, {"name": name}, version)

    def hashed(version=2, name="/lfs1/a", **keys):
        return packet(READ, FILES, 2, {"name": name} | keys, version)

    content = b"0123456789"
    whole = up(0, content, len(content))
    long = "/lfs1/" + "n" * 58
    too_long = "/lfs1/" + "n" * 59
    yield from of(group,
                  ("files_upload_in_one", [whole, status(), down(0)]),
                  ("files_upload_v1", up(0, content, 10, version=1)),
                  ("files_upload_in_three", [up(0, b"0123", 10), up(4, b"4567"), up(8, b"89"), down(0)]),
                  ("files_upload_empty_new", [up(0, b"", 0), status()]),
                  ("files_upload_empty_over_old", [whole, up(0, b"", 0), status()], "the old content stays: C truncates only when there is data to write"),
                  ("files_upload_replaces", [whole, up(0, b"abc", 3), down(0)]),
                  ("files_upload_begun_again", [up(0, b"0123", 10), up(0, b"abcd", 10), up(4, b"efghij"), down(0)],
                   "C adds the second chunk 0 to the offset it keeps, and the client is told 8"),
                  ("files_upload_same_chunk_again_v2", [up(0, b"0123", 10), up(4, b"4567"), up(4, b"4567")], "a retry of a chunk whose answer was lost"),
                  ("files_upload_same_chunk_again_v1", [up(0, b"0123", 10, version=1), up(4, b"4567", version=1), up(4, b"4567", version=1)]),
                  ("files_upload_gap_v2", [up(0, b"0123", 10), up(6, b"6789")]),
                  ("files_upload_gap_then_right", [up(0, b"0123", 10), up(6, b"6789"), up(4, b"456789"), down(0)], "resumed after the wrong offset closed the file"),
                  ("files_upload_resumed_after_close", [up(0, b"0123", 10), packet(WRITE, FILES, 4), up(4, b"456789"), down(0)]),
                  ("files_upload_resumed_wrong_after_close", [up(0, b"0123", 10), packet(WRITE, FILES, 4), up(2, b"456789")]),
                  ("files_upload_continued_without_begin_v2", up(4, b"4567"), "no such file: it is made, with nothing in it, and refused"),
                  ("files_upload_more_than_announced", [up(0, b"0123456789", 4), status()]),
                  ("files_upload_len_again_later", [up(0, b"0123", 10), up(4, b"456789", 10), status()]),
                  ("files_upload_without_len", up(0, content)),
                  ("files_upload_without_data", packet(WRITE, FILES, 0, {"off": 0, "name": "/lfs1/a", "len": 10})),
                  ("files_upload_without_offset", packet(WRITE, FILES, 0, {"data": content, "name": "/lfs1/a", "len": 10})),
                  ("files_upload_without_name", packet(WRITE, FILES, 0, {"off": 0, "data": content, "len": 10})),
                  ("files_upload_empty_name", up(0, content, 10, name="")),
                  ("files_upload_negative_offset", packet(WRITE, FILES, 0, {"off": -1, "data": content, "name": "/lfs1/a", "len": 10})),
                  ("files_upload_data_is_text", packet(WRITE, FILES, 0, {"off": 0, "data": "0123456789", "name": "/lfs1/a", "len": 10})),
                  ("files_upload_without_payload", packet(WRITE, FILES, 0, b"")),
                  ("files_upload_name_of_64", [up(0, content, 10, name=long), status(long)]),
                  ("files_upload_name_of_65", up(0, content, 10, name=too_long)),
                  ("files_upload_no_mount_point_v2", up(0, content, 10, name="/none/a")),
                  ("files_upload_no_mount_point_v1", up(0, content, 10, name="/none/a", version=1)),
                  ("files_upload_no_folder_v2", up(0, content, 10, name="/lfs1/none/a")),
                  ("files_upload_relative_name_v2", up(0, content, 10, name="a")),
                  ("files_upload_relative_name_v1", up(0, content, 10, name="a", version=1)),
                  ("files_upload_to_the_mount_point_v2", up(0, content, 10, name="/lfs1")),
                  ("files_upload_to_the_folder_v2", up(0, content, 10, name="/lfs1/")),
                  ("files_upload_nul_in_name", up(0, content, 10, name="/lfs1/a\0b")),
                  ("files_two_uploads_mixed", [up(0, b"0123", 10), up(0, b"abcd", 10, name="/lfs1/b"), up(4, b"456789"), up(4, b"efghij", name="/lfs1/b"), down(0), down(0, name="/lfs1/b")],
                   "each change of file closes the other"),
                  ("files_download", [whole, down(0)]),
                  ("files_download_v1", [whole, down(0, version=1)]),
                  ("files_download_from_4", [whole, down(4)]),
                  ("files_download_from_the_end", [whole, down(10)]),
                  ("files_download_past_the_end_v2", [whole, down(11)], "no error: nothing to read there"),
                  ("files_download_empty_file", [up(0, b"", 0), packet(WRITE, FILES, 4), down(0)]),
                  ("files_download_missing_v2", down(0)),
                  ("files_download_missing_v1", down(0, version=1)),
                  ("files_download_folder_v2", down(0, name="/lfs1/.")),
                  ("files_download_mount_point_v2", down(0, name="/lfs1")),
                  ("files_download_no_mount_point_v2", down(0, name="/none/a")),
                  ("files_download_no_mount_point_v1", down(0, name="/none/a", version=1)),
                  ("files_download_relative_name_v2", down(0, name="a")),
                  ("files_download_dots_v2", [whole, down(0, name="/lfs1/../a")]),
                  ("files_download_without_offset", packet(READ, FILES, 0, {"name": "/lfs1/a"})),
                  ("files_download_without_name", packet(READ, FILES, 0, {"off": 0})),
                  ("files_download_negative_offset", packet(READ, FILES, 0, {"off": -1, "name": "/lfs1/a"})),
                  ("files_download_name_of_65", down(0, name=too_long)),
                  ("files_status", [whole, status()]),
                  ("files_status_v1", [whole, status(version=1)]),
                  ("files_status_while_uploading", [up(0, b"0123", 10), status()], "what littlefs has on its medium: nothing before the file is closed"),
                  ("files_status_missing_v2", status()),
                  ("files_status_missing_v1", status(version=1)),
                  ("files_status_folder_v2", status("/lfs1/.")),
                  ("files_status_mount_point_v2", status("/lfs1")),
                  ("files_status_mount_point_v1", status("/lfs1", 1)),
                  ("files_status_no_mount_point_v2", status("/none/a")),
                  ("files_status_relative_name_v2", status("a")),
                  ("files_status_without_name", packet(READ, FILES, 1)),
                  ("files_status_name_of_65", status(too_long)),
                  ("files_status_written", packet(WRITE, FILES, 1, {"name": "/lfs1/a"})),
                  ("files_hash_default", [whole, hashed()]),
                  ("files_hash_crc32", [whole, hashed(type="crc32")]),
                  ("files_hash_crc32_v1", [whole, hashed(1, type="crc32")]),
                  ("files_hash_sha256", [whole, hashed(type="sha256")]),
                  ("files_hash_from_4", [whole, hashed(type="crc32", off=4)]),
                  ("files_hash_4_bytes", [whole, hashed(type="crc32", len=4)]),
                  ("files_hash_3_bytes_from_4", [whole, hashed(type="sha256", off=4, len=3)]),
                  ("files_hash_more_than_there_is", [whole, hashed(type="crc32", off=4, len=100)], "len says what was hashed"),
                  ("files_hash_length_of_0", [whole, hashed(type="crc32", len=0)]),
                  ("files_hash_offset_at_the_end_v2", [whole, hashed(type="crc32", off=10)]),
                  ("files_hash_offset_at_the_end_v1", [whole, hashed(1, type="crc32", off=10)]),
                  ("files_hash_offset_past_the_end_v2", [whole, hashed(type="crc32", off=11)]),
                  ("files_hash_empty_file_v2", [up(0, b"", 0), packet(WRITE, FILES, 4), hashed()]),
                  ("files_hash_empty_file_v1", [up(0, b"", 0), packet(WRITE, FILES, 4), hashed(1)]),
                  ("files_hash_unknown_type_v2", [whole, hashed(type="md5")]),
                  ("files_hash_unknown_type_v1", [whole, hashed(1, type="md5")]),
                  ("files_hash_empty_type", [whole, hashed(type="")], "the default type"),
                  ("files_hash_type_of_8", [whole, hashed(type="t" * 8)]),
                  ("files_hash_type_of_9", [whole, hashed(type="t" * 9)]),
                  ("files_hash_missing_v2", hashed()),
                  ("files_hash_folder_v2", hashed(name="/lfs1/.")),
                  ("files_hash_without_name", packet(READ, FILES, 2, {"type": "crc32"})),
                  ("files_hash_name_of_65", hashed(name=too_long)),
                  ("files_hash_types", packet(READ, FILES, 3)),
                  ("files_hash_types_v1", packet(READ, FILES, 3, version=1)),
                  ("files_hash_types_without_payload", packet(READ, FILES, 3, b"")),
                  ("files_close", packet(WRITE, FILES, 4)),
                  ("files_close_v1", packet(WRITE, FILES, 4, version=1)),
                  ("files_close_without_payload", packet(WRITE, FILES, 4, b"")),
                  ("files_close_read", packet(READ, FILES, 4)),
                  ("files_close_while_uploading", [up(0, b"0123", 10), packet(WRITE, FILES, 4), status()]),
                  ("files_unknown_command", packet(READ, FILES, 5)))


def shell():
    group = "shell (9): dummy backend of 300 bytes, command lines of up to 255"

    def run(*words, version=2):
        return packet(WRITE, SHELL, 0, {"argv": list(words)}, version)

    yield from of(group,
                  ("shell_version", run("kernel", "version")),
                  ("shell_version_in_one_word", run("kernel version")),
                  ("shell_version_v1", run("kernel", "version", version=1)),
                  ("shell_unknown_command", run("nonesuch")),
                  ("shell_unknown_command_v1", run("nonesuch", version=1)),
                  ("shell_wrong_arguments", run("kernel", "sleep")),
                  ("shell_long_output", run("help"), "more than the dummy backend holds: cut without a word"),
                  ("shell_no_words_v2", run()),
                  ("shell_no_words_v1", run(version=1)),
                  ("shell_empty_word_v2", run("")),
                  ("shell_two_empty_words_v2", run("", "")),
                  ("shell_without_argv", packet(WRITE, SHELL, 0)),
                  ("shell_without_payload", packet(WRITE, SHELL, 0, b"")),
                  ("shell_argv_is_text", packet(WRITE, SHELL, 0, {"argv": "kernel version"})),
                  ("shell_argv_of_integers", packet(WRITE, SHELL, 0, {"argv": [1]})),
                  ("shell_argv_text_then_integer", packet(WRITE, SHELL, 0, {"argv": ["kernel", 1]})),
                  ("shell_unknown_key_first", packet(WRITE, SHELL, 0, {"more": 1, "argv": ["kernel", "version"]})),
                  ("shell_line_of_255_v2", run("x" * 255)),
                  ("shell_line_of_256_v2", run("x" * 256)),
                  ("shell_line_of_256_v1", run("x" * 256, version=1)),
                  ("shell_read", packet(READ, SHELL, 0, {"argv": ["kernel", "version"]})))


def basic():
    group = "basic (63)"
    text = {"name": "bench/text"}
    yield from of(group,
                  ("basic_erase", packet(WRITE, BASIC, 0)),
                  ("basic_erase_v1", packet(WRITE, BASIC, 0, version=1)),
                  ("basic_erase_without_payload", packet(WRITE, BASIC, 0, b"")),
                  ("basic_erase_read", packet(READ, BASIC, 0)),
                  ("basic_erase_with_a_key", packet(WRITE, BASIC, 0, {"more": 1})),
                  ("basic_unknown_command", packet(WRITE, BASIC, 1)),
                  ("basic_saved_erased_and_loaded",
                   [packet(WRITE, SETTINGS, 0, {"name": "bench/text", "val": b"one"}), packet(WRITE, SETTINGS, 3), packet(WRITE, BASIC, 0),
                    packet(WRITE, SETTINGS, 0, {"name": "bench/text", "val": b"two"}), packet(READ, SETTINGS, 3), packet(READ, SETTINGS, 0, text)]))


def images():
    group = "image (1): slots of 0x69000 bytes, running in slot 0; images as benchlib/mcuboot.py makes them; running = 1.2.3.4, new = 1.2.4.0, old = 1.0.0.0"
    running, new, old = image(), image((1, 2, 4, 0)), image((1, 0, 0, 0))
    runs = [(SLOT_0, running)]
    runs_and_new = [*runs, (SLOT_1, new)]

    def upload(data, offset=0, length=None, version=2, **keys):
        size = {} if length is None else {"len": length}
        return packet(WRITE, IMAGE, 1, size | {"off": offset, "data": data} | keys, version)

    def set_state(version=2, **keys):
        return packet(WRITE, IMAGE, 0, keys, version)

    def erase(version=2, **keys):
        return packet(WRITE, IMAGE, 5, keys, version)

    state, whole = packet(READ, IMAGE, 0), len(new)
    sent = upload(new, length=whole)
    yield from of(group,
                  ("image_state_empty_slots", state),
                  ("image_state_running", state, "slot 0 holds running", runs),
                  ("image_state_running_v1", packet(READ, IMAGE, 0, version=1), "slot 0 holds running", runs),
                  ("image_state_two", state, "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_state_not_bootable_flag", state, "slot 1 holds an image with the flag NON_BOOTABLE", [*runs, (SLOT_1, image((1, 2, 4, 0), flags=0x10))]),
                  ("image_state_without_hash", state, "slot 1 holds an image whose trailer has no SHA-256",
                   [*runs, (SLOT_1, header((1, 2, 4, 0), 4) + b"body" + trailer((0x50, b"x")))]),
                  ("image_state_bad_trailer", state, "slot 1 holds an image with a wrong trailer magic",
                   [*runs, (SLOT_1, header((1, 2, 4, 0), 4) + b"body" + trailer((0x10, bytes(32)), magic=0x1234))]),
                  ("image_state_without_build_number", state, "slot 0 holds version 1.0.0 with build 0", [(SLOT_0, old)]),
                  ("image_test_v2", [set_state(hash=sha((1, 2, 4, 0))), state], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_test_v1", set_state(1, hash=sha((1, 2, 4, 0))), "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_test_confirm_false", set_state(hash=sha((1, 2, 4, 0)), confirm=False), "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_confirm_new", set_state(hash=sha((1, 2, 4, 0)), confirm=True), "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_confirm_running_without_hash", set_state(confirm=True), "slot 0 holds running", runs),
                  ("image_confirm_running_by_hash", set_state(hash=sha(), confirm=True), "slot 0 holds running", runs),
                  ("image_test_running_v2", set_state(hash=sha()), "slot 0 holds running", runs),
                  ("image_test_running_v1", set_state(1, hash=sha()), "slot 0 holds running", runs),
                  ("image_test_unknown_hash_v2", set_state(hash=bytes(32)), "slot 0 holds running", runs),
                  ("image_test_unknown_hash_v1", set_state(1, hash=bytes(32)), "slot 0 holds running", runs),
                  ("image_test_short_hash_v2", set_state(hash=sha()[:31]), "slot 0 holds running", runs),
                  ("image_test_without_hash_v2", set_state(confirm=False), "slot 0 holds running", runs),
                  ("image_state_write_empty_v2", set_state(), "slot 0 holds running", runs),
                  ("image_state_write_hash_is_text", set_state(hash="x" * 32), "slot 0 holds running", runs),
                  ("image_test_twice", [set_state(hash=sha((1, 2, 4, 0))), set_state(hash=sha((1, 2, 4, 0)))], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_confirm_twice", [set_state(hash=sha((1, 2, 4, 0)), confirm=True)] * 2, "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_confirm_then_test_v2", [set_state(hash=sha((1, 2, 4, 0)), confirm=True), set_state(hash=sha((1, 2, 4, 0)))], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_confirm_then_confirm_running_v2", [set_state(hash=sha((1, 2, 4, 0)), confirm=True), set_state(confirm=True)], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_test_then_confirm_running_v2", [set_state(hash=sha((1, 2, 4, 0))), set_state(confirm=True)], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_test_then_confirm", [set_state(hash=sha((1, 2, 4, 0))), set_state(hash=sha((1, 2, 4, 0)), confirm=True)], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_upload_in_one", [sent, state], "slot 0 holds running", runs),
                  ("image_upload_v1", upload(new, length=whole, version=1), "slot 0 holds running", runs),
                  ("image_upload_in_two", [upload(new[:64], length=whole), upload(new[64:], 64), state], "slot 0 holds running", runs),
                  ("image_upload_with_sha", upload(new, length=whole, sha=b"s" * 32), "slot 0 holds running; the announced SHA is not checked without CONFIG_IMG_ENABLE_IMAGE_CHECK", runs),
                  ("image_upload_resumed", [upload(new[:64], length=whole, sha=b"s" * 32), upload(new[:64], length=whole, sha=b"s" * 32), upload(new[64:], 64), state], "slot 0 holds running", runs),
                  ("image_upload_begun_again_with_another_sha", [upload(new[:64], length=whole, sha=b"s" * 32), upload(new[:64], length=whole, sha=b"t" * 32)], "slot 0 holds running", runs),
                  ("image_upload_begun_again_without_sha", [upload(new[:64], length=whole), upload(new[:64], length=whole)], "slot 0 holds running", runs),
                  ("image_upload_gap", [upload(new[:64], length=whole), upload(new[80:], 80)], "slot 0 holds running", runs),
                  ("image_upload_same_chunk_again", [upload(new[:40], length=whole), upload(new[40:64], 40), upload(new[40:64], 40)], "slot 0 holds running", runs),
                  ("image_upload_continued_without_begin", upload(new[64:], 64), "slot 0 holds running", runs),
                  ("image_upload_after_the_end", [sent, upload(b"more", whole)], "slot 0 holds running", runs),
                  ("image_upload_more_than_announced_v2", [upload(new[:64], length=whole), upload(new[64:] + b"more", 64)], "slot 0 holds running", runs),
                  ("image_upload_more_than_announced_at_once", upload(new, length=40), "slot 0 holds running", runs),
                  ("image_upload_without_len_v2", upload(new), "slot 0 holds running", runs),
                  ("image_upload_without_len_v1", upload(new, version=1), "slot 0 holds running", runs),
                  ("image_upload_short_header_v2", upload(new[:31], length=whole), "slot 0 holds running", runs),
                  ("image_upload_short_header_v1", upload(new[:31], length=whole, version=1), "slot 0 holds running", runs),
                  ("image_upload_wrong_magic_v2", upload(image(magic=0x12345678), length=whole), "slot 0 holds running", runs),
                  ("image_upload_wrong_magic_v1", upload(image(magic=0x12345678), length=whole, version=1), "slot 0 holds running", runs),
                  ("image_upload_empty_data_at_0_v2", upload(b"", length=whole), "slot 0 holds running", runs),
                  ("image_upload_empty_data_later", [upload(new[:64], length=whole), upload(b"", 64)], "slot 0 holds running", runs),
                  ("image_upload_without_data_v2", packet(WRITE, IMAGE, 1, {"off": 0, "len": whole}), "slot 0 holds running", runs),
                  ("image_upload_without_offset_v2", packet(WRITE, IMAGE, 1, {"len": whole, "data": new}), "slot 0 holds running", runs),
                  ("image_upload_fills_the_slot", upload(new, length=SLOT_SIZE), "slot 0 holds running; C has no room for the trailer in mind", runs),
                  ("image_upload_too_large_v2", upload(new, length=SLOT_SIZE + 1), "slot 0 holds running", runs),
                  ("image_upload_too_large_v1", upload(new, length=SLOT_SIZE + 1, version=1), "slot 0 holds running", runs),
                  ("image_upload_sha_of_33_v2", upload(new, length=whole, sha=b"s" * 33), "slot 0 holds running", runs),
                  ("image_upload_sha_of_4", upload(new, length=whole, sha=b"s" * 4), "slot 0 holds running", runs),
                  ("image_upload_image_1_v2", upload(new, length=whole, image=1), "slot 0 holds running", runs),
                  ("image_upload_upgrade_newer", upload(new, length=whole, upgrade=True), "slot 0 holds running", runs),
                  ("image_upload_upgrade_older_v2", upload(old, length=len(old), upgrade=True), "slot 0 holds running", runs),
                  ("image_upload_upgrade_older_v1", upload(old, length=len(old), upgrade=True, version=1), "slot 0 holds running", runs),
                  ("image_upload_upgrade_same_v2", upload(running, length=len(running), upgrade=True), "slot 0 holds running", runs),
                  ("image_upload_upgrade_newer_build_v2", upload(image((1, 2, 3, 5)), length=whole, upgrade=True),
                   "slot 0 holds running; build numbers are not compared without CONFIG_MCUMGR_GRP_IMG_VERSION_CMP_USE_BUILD_NUMBER", runs),
                  ("image_upload_upgrade_is_an_integer", upload(new, length=whole, upgrade=1), "slot 0 holds running", runs),
                  ("image_upload_over_another", [sent, upload(old, length=len(old)), state], "slot 0 holds running", runs),
                  ("image_upload_over_a_pending_one_v2", [set_state(hash=sha((1, 2, 4, 0))), sent], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_upload_over_a_pending_one_v1", [set_state(hash=sha((1, 2, 4, 0))), upload(new, length=whole, version=1)], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_upload_read", packet(READ, IMAGE, 1), "slot 0 holds running", runs),
                  ("image_upload_without_payload", packet(WRITE, IMAGE, 1, b""), "slot 0 holds running", runs),
                  ("image_erase", [erase(), state], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_erase_v1", erase(1), "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_erase_without_payload", packet(WRITE, IMAGE, 5, b""), "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_erase_slot_1", erase(slot=1), "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_erase_slot_0_v2", erase(slot=0), "slot 0 holds running", runs),
                  ("image_erase_slot_0_v1", erase(1, slot=0), "slot 0 holds running", runs),
                  ("image_erase_slot_2_v2", erase(slot=2), "slot 0 holds running", runs),
                  ("image_erase_slot_2_v1", erase(1, slot=2), "slot 0 holds running", runs),
                  ("image_erase_slot_is_text", erase(slot="1"), "slot 0 holds running", runs),
                  ("image_erase_a_pending_one", [set_state(hash=sha((1, 2, 4, 0))), erase(), state], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_erase_a_permanent_one_v2", [set_state(hash=sha((1, 2, 4, 0)), confirm=True), erase(), state], "slot 0 holds running, slot 1 new", runs_and_new),
                  ("image_erase_while_uploading", [upload(new[:64], length=whole), erase(), upload(new[64:], 64)], "slot 0 holds running", runs),
                  ("image_slot_info", packet(READ, IMAGE, 6), "slot 0 holds running", runs),
                  ("image_slot_info_v1", packet(READ, IMAGE, 6, version=1), "slot 0 holds running", runs),
                  ("image_slot_info_without_payload", packet(READ, IMAGE, 6, b""), "slot 0 holds running", runs),
                  ("image_slot_info_written", packet(WRITE, IMAGE, 6), "slot 0 holds running", runs),
                  ("image_unknown_command", packet(READ, IMAGE, 7), "slot 0 holds running", runs),
                  ("image_file_command", packet(READ, IMAGE, 2), "slot 0 holds running", runs))


def all_cases():
    for source in (images, statistics, settings, files, shell, basic):
        yield from source()

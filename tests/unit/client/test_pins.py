"""An officer's key under a PIN: what is a PIN, what the file holds, and what wrong tries cost."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import pytest

from sajja_client.home import Home, Pin
from sajja_client.key_problems import PinFileWrong, PinNeeded, PinRefused, PinWrong
from sajja_client.keys import StoredKey, load_any_key, new_key
from sajja_client.meeting import unlocking
from sajja_client.pinpad import Nobody, PinFile
from sajja_client.problems import CannotWrite, DemonstrationKeyRefused, KeyUnreadable
from sajja_client.sealing import FAST, STRONG, SealedKey, Strength, new_pin_of, pin_of, seal
from sajja_client.tries import FREE_TRIES, WAIT_SECONDS_MAX, one_try, wait_seconds
from sajja_schemas.entry import to_base64url

PIN: Final = "482915"
OTHER: Final = "730264"
PERSON: Final = "pp01-o1"


class Typed(Nobody):
    """An officer who types these PINs, one after the other, and how long was waited."""

    def __init__(self, *pins: str) -> None:
        self.pins = list(pins)
        self.waited: list[int] = []
        self.without_pin: list[str] = []

    def pin(self, person: str, where: str) -> str:
        del person, where
        return self.pins.pop(0)

    def may_ask_again(self) -> bool:
        return bool(self.pins)

    def wait(self, person: str, seconds: int) -> None:
        del person
        self.waited.append(seconds)

    def tell_without_pin(self, person: str) -> None:
        self.without_pin.append(person)


def home(path: Path, *pins: str, demonstration: bool = True, made_as: bool | None = None) -> Home:
    """A tablet whose officer has a key under PIN, opened anew as by another command; and the officer types `pins`."""
    at = Pin(network="n", fingerprint="A" * 43, village="pp01", server_url="", demonstration=demonstration)
    made = Home(path)
    made.write_pin(at)
    made.create_keys([PERSON], pins={PERSON: PIN}, demonstration=demonstration if made_as is None else made_as)
    return Home(path, pad=Typed(*pins))


def typed(of: Home) -> Typed:
    assert isinstance(of.pad, Typed)
    return of.pad


class TestThePin:
    @pytest.mark.parametrize("text", ["482915", "๔๘๒๙๑๕", " 482-915 ", "482 915", "๔82๙15"])
    def test_thai_digits_and_spaces_are_what_a_person_meant(self, text: str) -> None:
        assert pin_of(text) == PIN

    @pytest.mark.parametrize("text", ["", "48291", "4829155", "48291a", "สี่แปดสอง", "²³4567", "٤٨٢٩١٥"])
    def test_what_is_no_pin_is_told_and_never_repeated(self, text: str) -> None:
        with pytest.raises(PinRefused) as refused:
            pin_of(text)
        assert "หลัก" in refused.value.thai_sentence
        assert not text or text not in refused.value.thai_sentence + refused.value.english_sentence

    @pytest.mark.parametrize("text", ["000000", "๑๑๑๑๑๑", "123456", "654321", "789012", "123123", "121212"])
    def test_the_first_that_anybody_tries_is_not_taken_for_a_new_one(self, text: str) -> None:
        with pytest.raises(PinRefused):
            new_pin_of(text)
        assert new_pin_of(PIN) == PIN


class TestTheFile:
    def test_it_holds_no_byte_of_the_key_and_only_the_pin_opens_it(self, tmp_path: Path) -> None:
        of = home(tmp_path, PIN)
        path = of.officer_key_path(PERSON)
        key = of.officer_key(PERSON).key
        data = path.read_bytes()
        assert key.secret_seed() not in data
        assert to_base64url(key.secret_seed()).encode() not in data
        assert PIN.encode() not in data
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(PinWrong):
            home(tmp_path, OTHER).officer_key(PERSON)

    def test_a_real_network_asks_argon2id_for_what_rfc_9106_does(self, tmp_path: Path) -> None:
        of = home(tmp_path, PIN, demonstration=False)
        held = load_any_key(of.officer_key_path(PERSON))
        assert isinstance(held, SealedKey)
        assert held.argon2id == STRONG == Strength(operations=3, memory_kib=65_536)
        assert to_base64url(of.officer_key(PERSON).key.public) == held.public

    def test_a_demonstrations_sealing_is_marked_and_refused_in_a_real_network(self, tmp_path: Path) -> None:
        of = home(tmp_path, PIN, demonstration=False, made_as=True)
        assert '"demonstration":true' in of.officer_key_path(PERSON).read_text()
        with pytest.raises(DemonstrationKeyRefused):
            of.officer_key(PERSON)

    @pytest.mark.parametrize(
        "asked",
        [
            Strength(operations=1, memory_kib=8),  # as weak as a demonstration's, and not marked so
            Strength(operations=3, memory_kib=2**31),  # more memory than there is
            Strength(operations=10**6, memory_kib=65_536),
            Strength(operations=0, memory_kib=8, demonstration=True),
        ],
    )
    def test_a_file_that_asks_for_too_little_or_too_much_is_no_key(self, tmp_path: Path, asked: Strength) -> None:
        of = home(tmp_path)
        path = of.officer_key_path(PERSON)
        changed = msgspec.structs.replace(msgspec.json.decode(path.read_bytes(), type=SealedKey), argon2id=asked)
        path.write_bytes(msgspec.json.encode(changed))
        with pytest.raises(KeyUnreadable):
            of.officer_key(PERSON)

    def test_another_persons_sealed_bytes_under_this_public_key_are_refused(self) -> None:
        """The key that comes out must be the one that the file names."""
        one, other = seal(new_key(), PIN, FAST), seal(new_key(), PIN, FAST)
        with pytest.raises(PinWrong):
            msgspec.structs.replace(other, public=one.public).unseal(PIN)

    def test_another_pin_seals_the_same_key_and_the_old_one_opens_nothing(self, tmp_path: Path) -> None:
        of = home(tmp_path, PIN)
        before = of.officer_key(PERSON).key.public
        of.set_pin(PERSON, OTHER)
        assert Home(tmp_path, pad=Typed(OTHER)).officer_key(PERSON).key.public == before
        with pytest.raises(PinWrong):
            Home(tmp_path, pad=Typed(PIN)).officer_key(PERSON)

    def test_a_key_from_before_pins_still_signs_and_is_told_of(self, tmp_path: Path) -> None:
        """An upgrade locks nobody out of a meeting; a real network's officer is told to set one, and can."""
        of = home(tmp_path, demonstration=False)
        of.officer_key_path("pp01-o2")
        of.create_keys(["pp01-o2"])
        of.officer_key("pp01-o2")
        assert typed(of).without_pin == ["pp01-o2"]
        of.set_pin("pp01-o2", OTHER)
        again = Home(tmp_path, pad=Typed(OTHER))
        again.officer_key("pp01-o2")
        assert typed(again).without_pin == []

    def test_nobody_to_ask_is_a_sentence_and_not_a_key(self, tmp_path: Path) -> None:
        home(tmp_path)
        with pytest.raises(PinNeeded, match=PERSON):
            Home(tmp_path).officer_key(PERSON)

    def test_it_is_asked_for_once_a_command(self, tmp_path: Path) -> None:
        of = home(tmp_path, PIN)
        assert of.officer_key(PERSON).key is of.officer_key(PERSON).key
        assert typed(of).pins == []


class TestWrongTries:
    def test_they_slow_down_and_never_wipe(self, tmp_path: Path) -> None:
        """Five cost nothing; then each waits longer; the right one opens, and is forgiven all."""
        of = home(tmp_path, *[OTHER] * 9, PIN)
        for _ in range(3):  # three tries a command
            with pytest.raises(PinWrong):
                Home(tmp_path, pad=of.pad).officer_key(PERSON)
        assert typed(of).waited == [2, 4, 8, 16]
        of.officer_key(PERSON)
        assert typed(of).waited == [2, 4, 8, 16, 32]
        again = Home(tmp_path, pad=Typed(PIN))
        again.officer_key(PERSON)
        assert typed(again).waited == []

    def test_the_wait_grows_to_five_minutes_and_no_further(self) -> None:
        assert [wait_seconds(wrong) for wrong in range(FREE_TRIES + 3)] == [0, 0, 0, 0, 0, 2, 4, 8]
        assert wait_seconds(10**6) == WAIT_SECONDS_MAX == 300

    def test_a_try_is_counted_before_it_is_made(self, tmp_path: Path) -> None:
        """Killing the program in the middle wins none."""
        path = tmp_path / "x.tries"
        for killed in range(7):
            with pytest.raises(KeyboardInterrupt), one_try(path, _no_wait):
                _killed_in_a_try(path, killed + 1)
        waited: list[int] = []
        with one_try(path, waited.append):
            pass
        assert waited == [8]
        assert path.read_bytes().strip() == b"0"

    def test_a_torn_count_is_no_reason_to_refuse(self, tmp_path: Path) -> None:
        path = tmp_path / "x.tries"
        path.write_bytes(b"\x00\xffzz")
        with one_try(path, _no_wait):
            pass

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "x.tries").symlink_to(tmp_path / "log")
        with pytest.raises(CannotWrite, match="symbolic"), one_try(tmp_path / "x.tries", _no_wait):
            pass


class TestThePinFile:
    def write(self, path: Path, text: str, mode: int = 0o600) -> Path:
        path.write_text(text)
        path.chmod(mode)
        return path

    def test_it_has_a_line_an_officer(self, tmp_path: Path) -> None:
        pad = PinFile(self.write(tmp_path / "pins", f"# of the meeting\npp01-o1={PIN}\n\npp01-o2 = ๗๓๐๒๖๔ 482915\n"))
        assert pad.pin("pp01-o1", "here") == PIN
        assert (pad.pin("pp01-o2", "here"), pad.new_pin("pp01-o2", is_optional=False)) == (OTHER, PIN)
        with pytest.raises(PinNeeded):
            pad.pin("pp01-o3", "here")

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
    def test_one_that_others_can_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        with pytest.raises(PinFileWrong, match="others can read it"):
            PinFile(self.write(tmp_path / "pins", f"pp01-o1={PIN}", mode))

    @pytest.mark.parametrize("text", ["pp01-o1", "pp01-o1=", "pp01-o1=482915 730264 111222"])
    def test_a_line_that_is_none_is_named_and_not_repeated(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(PinFileWrong) as refused:
            PinFile(self.write(tmp_path / "pins", text))
        assert "1" in refused.value.thai_sentence
        assert "482915" not in refused.value.english_sentence

    def test_one_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(PinFileWrong):
            PinFile(tmp_path / "none")


class TestAMeeting:
    @pytest.fixture
    def memory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "runtime"
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(unlocking.RUNTIME_VARIABLE, str(folder))
        return folder

    @pytest.fixture
    def unlocked(self, tmp_path: Path, memory: Path) -> Callable[[], Home]:
        """The officer unlocks; then each call is another command, at which nobody can be asked."""
        of = home(tmp_path / "tablet", PIN)
        assert unlocking.keep(of, "m1", [PERSON])
        assert list(memory.iterdir()) != []
        return lambda: Home(tmp_path / "tablet")

    def test_an_officer_unlocks_once(self, unlocked: Callable[[], Home]) -> None:
        later = unlocked()
        unlocking.recall(later, "m1")
        later.officer_key(PERSON)

    def test_it_ends_with_the_meeting_and_is_of_no_other(self, unlocked: Callable[[], Home], memory: Path) -> None:
        other = unlocked()
        unlocking.recall(other, "m2")
        assert other.is_locked(PERSON)
        unlocking.forget(other)
        assert list(memory.iterdir()) == []

    def test_it_lasts_twelve_hours_at_most(self, unlocked: Callable[[], Home], monkeypatch: pytest.MonkeyPatch) -> None:
        """By how long the machine has run: no clock that anybody sets."""
        now = unlocking._running_seconds()
        for hours, is_locked in ((11, False), (13, True)):
            monkeypatch.setattr(unlocking, "_running_seconds", lambda hours=hours: now + hours * 3600)
            later = unlocked()
            unlocking.recall(later, "m1")
            assert later.is_locked(PERSON) is is_locked

    def test_a_key_that_was_renewed_since_is_not_taken(self, unlocked: Callable[[], Home]) -> None:
        later = unlocked()
        later.set_aside(PERSON)
        later.create_keys([PERSON], pins={PERSON: OTHER}, demonstration=True)
        again = unlocked()
        unlocking.recall(again, "m1")
        assert again.is_locked(PERSON)

    def test_a_folder_that_others_read_holds_no_key(self, tmp_path: Path, memory: Path) -> None:
        memory.chmod(0o755)
        of = home(tmp_path / "tablet", PIN)
        assert not unlocking.keep(of, "m1", [PERSON])
        assert list(memory.iterdir()) == []

    def test_without_such_a_folder_the_pin_is_asked_for_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(unlocking.RUNTIME_VARIABLE, raising=False)
        assert not unlocking.keep(home(tmp_path, PIN), "m1", [PERSON])
        later = Home(tmp_path)
        unlocking.recall(later, "m1")
        assert later.is_locked(PERSON)

    def test_the_tablets_folder_never_holds_what_was_unlocked(
        self, tmp_path: Path, unlocked: Callable[[], Home]
    ) -> None:
        of = Home(tmp_path / "tablet", pad=Typed(PIN))
        seed = of.officer_key(PERSON).key.secret_seed()
        assert isinstance(unlocked(), Home)
        for path in (tmp_path / "tablet").rglob("*"):
            if path.is_file():
                assert seed not in path.read_bytes()
                assert to_base64url(seed).encode() not in path.read_bytes()


def test_a_forgotten_pin_puts_the_old_key_away_and_keeps_it(tmp_path: Path) -> None:
    of = home(tmp_path)
    old = of.public_key(PERSON)
    of.set_aside(PERSON)
    of.create_keys([PERSON], pins={PERSON: OTHER}, demonstration=True)
    assert of.public_key(PERSON) != old
    assert of.officers() == [PERSON]
    kept = [path for path in of.officers_path.iterdir() if path.suffix == ".old"]
    assert [msgspec.json.decode(path.read_bytes(), type=SealedKey).public for path in kept] == [old]


def test_a_key_that_is_held_is_not_asked_for(tmp_path: Path) -> None:
    of = home(tmp_path)
    key = StoredKey(new_key(), derived=False)
    of.hold(PERSON, key)
    assert of.officer_key(PERSON) is key


def _killed_in_a_try(path: Path, counted: int) -> None:
    assert path.read_bytes().strip() == str(counted).encode()
    raise KeyboardInterrupt


def _no_wait(seconds: int) -> None:
    assert seconds >= 0

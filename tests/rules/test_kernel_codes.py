"""Numbers, masks and check digits, against the published vectors and by property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laojia.kernel import codes
from laojia.kernel.errors import BadInput

numbers = st.builds(
    codes.public_number,
    st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ"),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.integers(2024, 2099),
    st.integers(0, 999_999_999),
)


def test_number_has_the_promised_shape():
    number = codes.public_number("D", "141024", 2026, 123)
    assert number.startswith("D141024-26-000123-")
    assert codes.check_number(number) == number


@given(numbers)
def test_number_survives_how_people_type_it(number):
    wide = number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789D"})
    for typed in (number.lower(), number.replace("-", ""), number.replace("-", " "), f" {number} ", wide):
        assert codes.check_number(typed) == number
    assert codes.check_number(number.replace("-", "—")) == number


@given(numbers, st.data())
def test_every_single_wrong_digit_is_caught(number, data):
    places = [i for i, sign in enumerate(number) if sign.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert codes.check_number(number[:place] + other + number[place + 1 :]) is None


@given(numbers)
def test_every_swap_of_neighbours_is_caught(number):
    plain = number.replace("-", "")
    for i in range(1, len(plain) - 1):
        if plain[i] != plain[i + 1]:
            swapped = plain[:i] + plain[i + 1] + plain[i] + plain[i + 2 :]
            assert codes.check_number(swapped) is None


@pytest.mark.parametrize(
    "parts", [("DD", "141024", 26, 1), ("D", "14102", 26, 1), ("D", "141024", 26, -1), ("I", "141024", 26, 1)]
)
def test_wrong_parts_make_no_number(parts):
    with pytest.raises(ValueError, match="public number"):
        codes.public_number(*parts)


@pytest.mark.parametrize("text", ["", "D141024", "hello", "D141024-26-000123", "１２３"])
def test_other_text_is_no_number(text):
    assert codes.check_number(text) is None


def test_door_word_is_two_different_easy_words():
    seen = {codes.door_word() for _try in range(200)}
    assert len(seen) > 150
    assert all(len(set(pair.split())) == 2 for pair in seen)
    assert len(set(codes._DOOR_WORDS)) == len(codes._DOOR_WORDS) == 100


def test_secret_tokens_differ_and_hold_no_look_alikes():
    tokens = {codes.secret_token() for _try in range(500)}
    assert len(tokens) == 500
    assert not set("".join(tokens)) & set("ilo01-_")


@pytest.mark.parametrize(
    "typed",
    [
        "13812340000",
        "+86 138-1234-0000",
        "008613812340000",
        "8613812340000",
        "138 1234 0000",
        "１３８１２３４００００",
    ],
)
def test_phone_is_cleaned(typed):
    assert codes.clean_phone(typed) == "13812340000"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "phone_empty"),
        ("1381234000", "phone_length"),
        ("12812340000", "phone_range"),
        ("abc", "phone_signs"),
        ("03576212345", "phone_range"),
    ],
)
def test_bad_phone_says_what_is_wrong(typed, code):
    with pytest.raises(BadInput) as refused:
        codes.clean_phone(typed)
    assert refused.value.code == code
    assert "phone" in refused.value.fields


def test_bad_phone_names_the_count_of_digits():
    with pytest.raises(BadInput) as refused:
        codes.clean_phone("1381234000")
    assert "11" in str(refused.value)
    assert "10" in str(refused.value)


def test_landline_only_where_asked_for():
    assert codes.clean_phone("0357-6212345", landline=True) == "03576212345"


def test_masks():
    assert codes.mask_name("张三") == codes.mask_name("张三丰") == "张*"
    assert codes.mask_name("欧阳娜娜") == "欧阳*"
    assert codes.mask_name("") == ""
    assert codes.mask_phone("13812340000") == "138****0000"
    assert codes.mask_phone("110") == "****"


def test_id_numbers_of_the_standard(vectors):
    for number in vectors["id_check"]["valid"] + vectors["id_check"]["synthetic_unallocated_region_149999"]:
        assert codes.is_id_number(number)
        wrong = str((int(number[5]) + 1) % 10)
        assert not codes.is_id_number(number[:5] + wrong + number[6:])
    assert not codes.is_id_number("149999199713120023")
    assert not codes.is_id_number("")

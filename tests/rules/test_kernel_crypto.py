"""Seals and hashes: against published vectors, across key rings, and against tampering."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from laojia.kernel import crypto, env

OLD = "old:" + "o" * 40
NEW = "new:" + "n" * 40


@pytest.fixture(autouse=True)
def ring(monkeypatch):
    def use(keys, cipher="aes", hash_key="h" * 40):
        monkeypatch.setenv("LAOJIA_SEAL_KEYS", keys)
        monkeypatch.setenv("LAOJIA_HASH_KEY", hash_key)
        monkeypatch.setenv("LAOJIA_CIPHER", cipher)
        crypto.forget_keys()

    use(OLD)
    yield use
    monkeypatch.undo()
    crypto.forget_keys()


@pytest.mark.parametrize("cipher", ["aes", "sm"])
def test_sealed_text_opens_again_and_never_looks_the_same(ring, cipher):
    ring(OLD, cipher)
    text = "大槐树镇南街 12 号"
    first, second = crypto.seal(text), crypto.seal(text)
    assert first != second
    assert "槐" not in first
    assert crypto.unseal(first) == crypto.unseal(second) == text


@pytest.mark.parametrize("cipher", ["aes", "sm"])
def test_a_changed_seal_is_noticed(ring, cipher):
    ring(OLD, cipher)
    sealed = crypto.seal("张三")
    for place in range(len(sealed) - 3):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(crypto.SealBroken):
            crypto.unseal(sealed[:place] + other + sealed[place + 1 :])
    with pytest.raises(crypto.SealBroken):
        crypto.unseal("plain text")


def test_a_new_key_in_front_leaves_old_rows_readable(ring):
    before = crypto.seal("李四")
    ring(f"{NEW},{OLD}")
    assert crypto.unseal(before) == "李四"
    assert not before.startswith(crypto.seal_head())
    assert crypto.seal("李四").startswith(crypto.seal_head())
    ring(NEW)
    with pytest.raises(crypto.SealBroken, match="old"):
        crypto.unseal(before)


def test_the_cipher_can_change_while_both_stay_readable(ring):
    before = crypto.seal("王五")
    ring(OLD, "sm")
    assert crypto.unseal(before) == "王五"
    assert crypto.unseal(crypto.seal("王五")) == "王五"
    assert not before.startswith(crypto.seal_head())


def test_keyed_hash_is_stable_and_keyed(ring):
    first = crypto.keyed_hash("13812340000")
    assert first == crypto.keyed_hash("13812340000")
    assert len(first) == 64
    assert first != crypto.keyed_hash("13812340001")
    ring(OLD, hash_key="x" * 40)
    assert first != crypto.keyed_hash("13812340000")


@pytest.mark.parametrize("keys", ["short", "a.b:" + "x" * 40, f"{OLD},{OLD}", ""])
def test_bad_keys_are_refused_by_name(ring, monkeypatch, keys):
    monkeypatch.setenv("LAOJIA_MODE", "production")
    ring(keys)
    with pytest.raises(env.BadSetting, match="LAOJIA_SEAL_KEYS"):
        crypto.seal("x")


def test_sm3_vector(vectors):
    assert crypto.digest(b"abc", "sm3") == vectors["sm3"]["abc"]


def test_sm4_gcm_vector_of_rfc_8998(vectors):
    case = {name: bytes.fromhex(value) for name, value in vectors["sm4_gcm_rfc8998"].items()}
    encryptor = Cipher(algorithms.SM4(case["key"]), modes.GCM(case["iv"])).encryptor()
    encryptor.authenticate_additional_data(case["aad"])
    encryptor.update(case["pt"])
    encryptor.finalize()
    assert encryptor.tag == case["tag"]
    sealed = crypto._encrypt("sm", case["key"], case["iv"], case["pt"], case["aad"])
    assert sealed.endswith(case["tag"])
    assert crypto._decrypt("sm", case["key"], case["iv"], sealed, case["aad"]) == case["pt"]

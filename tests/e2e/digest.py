# SPDX-License-Identifier: Apache-2.0
"""The client's half of SIP Digest (RFC 7616, RFC 8760), qop=auth."""
import dataclasses
import hashlib
import re
import secrets

_HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


@dataclasses.dataclass(frozen=True)
class Account:
    """What is provisioned: private identity, default public identity, password."""
    impi: str
    impu: str
    password: str
    others: tuple[str, ...] = ()  # further identities of the implicit registration set

    @property
    def realm(self) -> str:
        return self.impi.split("@")[1]


def parameters(value: str) -> dict[str, str]:
    """`Digest a="b", c=d` -> {a: b, c: d}"""
    pairs = re.findall(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', value)
    return {name.lower(): quoted or plain for name, quoted, plain in pairs}


def choose(challenges: list[str], preferred: str | None = None) -> dict[str, str]:
    """The topmost challenge with an algorithm that we have, or with the preferred one."""
    for challenge in map(parameters, challenges):
        algorithm = challenge.get("algorithm", "MD5")
        if algorithm in _HASHES and preferred in (None, algorithm):
            return challenge
    raise ValueError(f"no challenge with a known algorithm in {challenges}")


def _hash(algorithm: str, text: str) -> str:
    return hashlib.new(_HASHES[algorithm], text.encode()).hexdigest()


class Credentials:
    """Answers one challenge, any number of times."""

    def __init__(self, account: Account, challenge: dict[str, str]):
        self.account = account
        self.challenge = challenge
        self.algorithm = challenge.get("algorithm", "MD5")
        self.count = 0

    def _secret(self) -> str:
        user = f"{self.account.impi}:{self.challenge['realm']}:{self.account.password}"
        return _hash(self.algorithm, user)

    def _response(self, a2: str, count: str, cnonce: str) -> str:
        words = (self._secret(), self.challenge["nonce"], count, cnonce, "auth",
                 _hash(self.algorithm, a2))
        return _hash(self.algorithm, ":".join(words))

    def answer(self, method: str, uri: str) -> str:
        self.count += 1
        count, cnonce = f"{self.count:08x}", secrets.token_hex(8)
        return (f'Digest username="{self.account.impi}", realm="{self.challenge["realm"]}", '
                f'nonce="{self.challenge["nonce"]}", uri="{uri}", '
                f'response="{self._response(f"{method}:{uri}", count, cnonce)}", '
                f'algorithm={self.algorithm}, cnonce="{cnonce}", qop=auth, nc={count}')

    def network_is_known(self, info: str, uri: str) -> bool:
        """Whether rspauth of Authentication-Info proves that the network has the secret too."""
        said = parameters(info)
        expected = self._response(f":{uri}", said.get("nc", ""), said.get("cnonce", ""))
        return said.get("rspauth") == expected

"""Faults below HTTP: refused connections, wrong certificates, names that lead nowhere, HTTP/2's goodbye.

The client is made to trust an authority of our own (SSL_CERT_FILE), so that of a certificate only the one thing is
wrong that the fault says.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

MONTH = timedelta(days=30)
HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
ELSEWHERE = x509.DNSName("elsewhere.test")
# Two frames: empty SETTINGS, and GOAWAY for stream 0 without an error.
GOAWAY = bytes.fromhex("000000 04 00 00000000000008 07 00 00000000 00000000 00000000")


@dataclass(frozen=True, slots=True)
class Authority:
    """Whoever signs the certificates of this run."""

    key: EllipticCurvePrivateKey
    name: x509.Name

    @classmethod
    def made(cls) -> "Authority":
        return cls(generate_private_key(SECP256R1()), _named("the wall's authority"))

    def certificate(self) -> bytes:
        """Its own, for the client to trust."""
        made = _builder(self.name, self.name, self.key, MONTH)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def context(self, folder: Path, host: x509.GeneralName, valid_for: timedelta) -> ssl.SSLContext:
        """A server's side, with a certificate for `host` that ends so long from now."""
        key = generate_private_key(SECP256R1())
        made = _builder(_named("a provider"), self.name, key, valid_for)
        made = made.add_extension(x509.SubjectAlternativeName([host]), critical=False)
        chain = folder / "chain.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


@asynccontextmanager
async def listening(folder: Path, authority: Authority) -> AsyncIterator[Mapping[str, str]]:
    """Where each of these faults is, by its name, while the block lasts."""
    async with AsyncExitStack() as stack:
        silent = stack.enter_context(socket.socket())
        silent.bind(("127.0.0.1", 0))  # taken, and nobody listens
        expired = authority.context(folder, HERE, -timedelta(days=1))
        other_host = authority.context(folder, ELSEWHERE, MONTH)
        yield {
            "refused": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "expired": await _serving(stack, expired),
            "other-host": await _serving(stack, other_host),
            "no-such-host": "http://no-such-host.invalid",
            "goaway": await _serving(stack, None),
        }


async def _serving(stack: AsyncExitStack, context: ssl.SSLContext | None) -> str:
    server = await asyncio.start_server(_says_goodbye, "127.0.0.1", 0, ssl=context)
    stack.push_async_callback(server.wait_closed)
    stack.callback(server.close)
    scheme = "https" if context else "http"
    return f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _says_goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.read(1)
        writer.write(GOAWAY)
        await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, valid_for: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - MONTH)
        .not_valid_after(now + valid_for)
    )

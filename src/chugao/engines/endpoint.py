"""The one address a model is asked at, and a way there that leads nowhere else.

In: the URL of the settings.  Out: an HTTP client that sends to it alone: no redirects, no proxy of the environment, no
headers but those a request needs.

Surprise: 127.1, 2130706433 and 0x7f.1 all reach this very machine.  So names are resolved, every address is looked at,
and the connection goes to the address that was looked at, not to a second answer of the name server.
"""

import asyncio
import contextlib
import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import httpx2
from pydantic import SecretStr

from chugao.config import Settings
from chugao.engines.gathering import Gathered
from chugao.errors import InputError

_LARGEST_ANSWER = 4 * 1024 * 1024
_KEPT_HEADERS = frozenset(("host", "content-type", "content-length", "accept", "connection", "transfer-encoding"))
_CONNECT_S = 10.0
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "fd00:ec2::254")))
"""Where clouds tell a machine its own secrets; the others' is 169.254.169.254, link-local."""
# It writes down every header that comes back, and a server may repeat the key in one.
logging.getLogger("httpcore2").setLevel(logging.INFO)


class Endpoint(NamedTuple):
    """Where a model is asked."""

    url: str
    scheme: str
    host: str
    port: int
    local: bool
    """Written as an address of this machine or of the institution, or declared as such."""

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


class Refused(Exception):
    """The endpoint may not be reached, or sends what we do not take; the text is Chinese."""

    def __init__(self, told: str, *, answered: bool = False) -> None:
        super().__init__(told)
        self.answered = answered
        """It did answer, and may send a bill."""


def endpoint_of(settings: Settings) -> Endpoint:
    """The endpoint of the settings.  Raises `InputError` when there is none, or it is not one to send a key to."""
    where = (
        "请在工作区（chugao init 建的文件夹）的 chugao.toml 里 [model] 下写 base_url，或设环境变量 CHUGAO_BASE_URL。"
    )
    if not settings.base_url:
        raise InputError(f"没有写模型接口的地址。{where}")
    try:
        url = httpx2.URL(settings.base_url.strip())
        port = url.port or {"http": 80, "https": 443}[url.scheme]
    except (httpx2.InvalidURL, KeyError, ValueError):
        raise InputError(f"模型接口的地址写法不对，应以 http:// 或 https:// 开头。{where}") from None
    if not url.host or url.userinfo or url.query or url.fragment:
        raise InputError(f"模型接口的地址只写到路径为止，不带用户名、密码和问号后的内容；密钥另写。{where}")
    host = url.host
    local = settings.model.private or _is_own(host)
    if url.scheme == "http" and not local:
        raise InputError(
            f"模型接口“{host}”用的是 http，密钥和材料会明文传输。请改用 https；接口确在单位内网的，"
            "在 [model] 下写 private = true。"
        )
    return Endpoint(str(url).rstrip("/"), url.scheme, host, port, local)


def client_for(
    endpoint: Endpoint, key: SecretStr, proxy: str = "", gather_s: float | None = None
) -> httpx2.AsyncClient:
    """An HTTP client for that endpoint alone; the caller closes it.

    `gather_s` is for readers that are costly by the event: see `gathering`.
    """
    timeout = httpx2.Timeout(None, connect=_CONNECT_S)
    transport = _Guarded(endpoint, key, proxy, gather_s)
    return httpx2.AsyncClient(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False)


def address_problem(address: str, *, local: bool) -> str:
    """Why an address may not be connected to, "" when it may."""
    ip = _meant(ipaddress.ip_address(address.partition("%")[0]))
    if ip.is_unspecified or ip.is_multicast or ip.is_link_local or ip.is_reserved or ip in _METADATA:
        return f"模型接口的地址解析到 {ip}，不能连接。"
    if not ip.is_global and not local:
        return f"模型接口的地址解析到内网地址 {ip}。接口确在单位内网的，在 chugao.toml 的 [model] 下写 private = true。"
    return ""


def _meant(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address behind one that carries another inside: mapped, 6to4, Teredo, NAT64."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    teredo = ip.teredo[1] if ip.teredo else None
    translated = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _TRANSLATED else None
    return ip.ipv4_mapped or ip.sixtofour or teredo or translated or ip


def _is_own(host: str) -> bool:
    """Whether a host is written, plainly, as this machine or as an address inside the institution."""
    if host == "localhost":
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


class _Guarded(httpx2.AsyncBaseTransport):
    """Lets requests through to one endpoint."""

    def __init__(self, endpoint: Endpoint, key: SecretStr, proxy: str, gather_s: float | None) -> None:
        self._endpoint, self._key, self._proxy = endpoint, key, proxy
        self._gather_s = gather_s
        self._address: str | None = None
        # Building the store of trusted roots takes 20 ms; plain http needs none.
        self._verify = _roots() if endpoint.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._ways: list[httpx2.AsyncHTTPTransport] = []
        self._free: list[httpx2.AsyncHTTPTransport] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if (url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)) != self._endpoint.origin:
            raise Refused("请求要发到设置以外的地址，已拦下。")
        extensions = dict(request.extensions)
        if not self._proxy:
            extensions["sni_hostname"] = self._endpoint.host
            url = url.copy_with(host=await self._checked_address())
        sent = httpx2.Request(
            request.method, url, headers=self._headers(request), stream=request.stream, extensions=extensions
        )
        way = self._free.pop() if self._free else self._new_way()
        try:
            response = await way.handle_async_request(sent)
        except BaseException:
            self._free.append(way)
            raise
        response.stream = _Bounded(response.stream, lambda: self._free.append(way))
        response.extensions.pop("reason_phrase", None)  # a server's own words, which the client writes into the log
        if response.headers.get("content-encoding", "identity") not in ("", "identity"):
            await response.aclose()
            told = "模型接口返回压缩的内容，没有要求过，不解压。请在接口或网关上关闭压缩。"
            raise Refused(told, answered=response.status_code == 200)
        if self._gather_s is not None and "event-stream" in response.headers.get("content-type", ""):
            response.stream = Gathered(response.stream, self._gather_s)
        return response

    async def aclose(self) -> None:
        for way in self._ways:
            await way.aclose()

    def _new_way(self) -> httpx2.AsyncHTTPTransport:
        """A connection for one call at a time: a pool of all of them looks at each for every call that comes or goes."""
        way = httpx2.AsyncHTTPTransport(
            verify=self._verify,
            trust_env=False,
            proxy=self._proxy or None,
            limits=httpx2.Limits(max_keepalive_connections=1, keepalive_expiry=20),
        )
        self._ways.append(way)
        return way

    def _headers(self, request: httpx2.Request) -> list[tuple[str, str]]:
        """What a request needs; what the client library tells of this machine stays here."""
        headers = [(k, v) for k, v in request.headers.items() if k.lower() in _KEPT_HEADERS]
        headers += [("user-agent", "chugao"), ("accept-encoding", "identity")]
        if key := self._key.get_secret_value():
            headers.append(("authorization", f"Bearer {key}"))
        return headers

    async def _checked_address(self) -> str:
        """The address to connect to, looked at once."""
        if self._address is None:
            found = await _addresses(self._endpoint)
            for address in found:
                if problem := address_problem(address, local=self._endpoint.local):
                    raise Refused(problem)
            self._address = found[0]
        return self._address


async def _addresses(endpoint: Endpoint) -> list[str]:
    try:
        ipaddress.ip_address(endpoint.host)
        return [endpoint.host]
    except ValueError:
        pass
    try:
        async with asyncio.timeout(_CONNECT_S):
            return await _looked_up(endpoint.host, endpoint.port)
    except (OSError, UnicodeError, TimeoutError):
        raise httpx2.ConnectError("name not resolved") from None


async def _looked_up(host: str, port: int) -> list[str]:
    """The addresses of a name, by a thread that nobody waits for: a loop that ends waits for those of its own."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(addresses: list[str], error: Exception | None) -> None:
        if not found.done():
            found.set_exception(error) if error else found.set_result(addresses)

    def look() -> None:
        try:
            told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses, error = [str(address[4][0]) for address in told], None
        except Exception as failed:
            addresses, error = [], failed
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, addresses, error)

    threading.Thread(target=look, name="name server", daemon=True).start()
    return await found


class _Bounded(httpx2.AsyncByteStream):
    """An answer that ends, at the latest, where no honest one reaches."""

    def __init__(self, inner: Any, ended: Callable[[], None]) -> None:
        self._inner, self._ended = inner, ended
        self._open = True
        # One for whoever reads: a client that throws the rest away begins anew, and below there is no second beginning.
        self._pieces = aiter(inner)
        self._length = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            self._length += len(piece)
            if self._length > _LARGEST_ANSWER:
                raise Refused("模型的回答超过 4 MB，不像是文稿，已中断。", answered=True)
            yield piece

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            if self._open:
                self._open = False
                self._ended()


_known_roots: list[ssl.SSLContext] = []


def _roots() -> ssl.SSLContext:
    if not _known_roots:
        _known_roots.append(ssl.create_default_context())
    return _known_roots[0]

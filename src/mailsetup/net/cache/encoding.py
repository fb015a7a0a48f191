"""Answers as octets, for the disk: JSON that is read back strictly, because anything can have happened to a file. Pure.

``decode(encode(x)) == x``. Octets that are not an encoded answer are ``InvalidDocument``.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final, get_args

from mailsetup.errors import InvalidDocument
from mailsetup.net.interface import Answer, Answered, MxRecord, RecordType, Response, SrvRecord, TlsaRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.net.interface import Record

_TYPES: Final = frozenset(get_args(RecordType))


def encode(value: Answer | Response, /) -> bytes:
    """Write an answer."""
    written = _from_answer(value) if isinstance(value, Answer) else _from_response(value)
    return json.dumps(written, ensure_ascii=True, separators=(",", ":")).encode()


def decode(data: bytes, /) -> Answer | Response:
    """Read an answer.

    Raises:
        InvalidDocument: if ``encode`` has not written it.
    """
    try:
        written = json.loads(data)
        return _to_answer(**written) if "type" in written else _to_response(**written)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise InvalidDocument("This is not an answer that was kept.") from error


def _from_answer(answer: Answer) -> dict[str, Any]:
    return {
        "name": answer.name,
        "type": answer.type,
        "status": answer.status.value,
        "records": [_RECORDS[type(record)](record) for record in answer.records],
        "aliases": answer.aliases,
        "secure": answer.secure,
        "ttl": answer.ttl,
    }


def _text(data: bytes) -> str:
    return b64encode(data).decode()


_RECORDS: Final[dict[type, Callable[[Any], Any]]] = {
    str: lambda text: text,
    bytes: _text,
    MxRecord: lambda mx: [mx.preference, mx.exchange],
    SrvRecord: lambda srv: [srv.priority, srv.weight, srv.port, srv.target],
    TlsaRecord: lambda tlsa: [tlsa.usage, tlsa.selector, tlsa.matching_type, _text(tlsa.data)],
}


def _to_answer(
    *, name: Any, type: Any, status: Any, records: Any, aliases: Any, secure: Any, ttl: Any  # noqa: A002  (the field's name)
) -> Answer:  # fmt: skip
    if type not in _TYPES:
        raise ValueError(type)
    read = tuple(_READERS.get(type, _string)(record) for record in _list(records))
    names = tuple(_string(alias) for alias in _list(aliases))
    return Answer(_string(name), type, Answered(status), read, names, _is(bool, secure), _is(int, ttl))


def _to_mx(written: Any) -> Record:
    preference, exchange = _list(written)
    return MxRecord(_is(int, preference), _string(exchange))


def _to_srv(written: Any) -> Record:
    priority, weight, port, target = _list(written)
    return SrvRecord(_is(int, priority), _is(int, weight), _is(int, port), _string(target))


def _to_tlsa(written: Any) -> Record:
    usage, selector, matching_type, data = _list(written)
    return TlsaRecord(_is(int, usage), _is(int, selector), _is(int, matching_type), _data(data))


def _from_response(response: Response) -> dict[str, Any]:
    return {
        "status": response.status,
        "url": response.url,
        "headers": dict(response.headers),
        "body": _text(response.body),
        "hops": response.hops,
        "address": response.address,
    }


def _to_response(*, status: Any, url: Any, headers: Any, body: Any, hops: Any, address: Any) -> Response:
    fields = {name: _string(value) for name, value in _is(dict, headers).items()}
    way = tuple(_string(hop) for hop in _list(hops))
    return Response(
        _is(int, status), _string(url), fields, _data(body), way, None if address is None else _string(address)
    )


def _is(kind: type, value: Any) -> Any:
    if type(value) is not kind:  # not isinstance: ``true`` is no number
        raise TypeError(kind)
    return value


def _string(value: Any) -> Any:
    return _is(str, value)


def _list(value: Any) -> Any:
    return _is(list, value)


def _data(text: Any) -> bytes:
    return b64decode(_string(text), validate=True)


_READERS: Final[dict[str, Callable[[Any], Any]]] = {"TXT": _data, "MX": _to_mx, "SRV": _to_srv, "TLSA": _to_tlsa}
"""How the records of a type are read; those of the others are text."""

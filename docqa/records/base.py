"""What all records share."""

import hashlib

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Base of all records: frozen, and strict about field names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def content_id(*parts: str) -> str:
    """Hash ``parts`` to 16 hexadecimal digits; the parts' boundaries count."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()[:16]

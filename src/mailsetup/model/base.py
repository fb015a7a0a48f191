"""What all models share: frozen, strict about unknown fields, quick to build."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value. Unknown fields are an error, so that a misspelt name never passes in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

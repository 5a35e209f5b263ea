"""What is asked of the server and what it says, in the form of OpenAI's API: chat and plain completions."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from studio.core.errors import Refused
from studio.core.records import Message

MOST_TOKENS = 4096
USUAL_TOKENS = 512
NOT_TAKEN = (
    *("tools", "functions", "tool_choice", "logprobs", "top_logprobs", "logit_bias", "response_format"),
    *("frequency_penalty", "presence_penalty", "echo", "suffix"),
)
"""Entries that would be passed over in silence, and the answer be another than was asked for."""


class WrongRequest(Refused):
    """A request that cannot be answered as it is. `status` is HTTP's, `param` and `code` are OpenAI's."""

    def __init__(self, message: str, *, status: int = 400, param: str = "", code: str = "") -> None:
        super().__init__(message, "")
        self.status, self.param, self.code = status, param, code


def _whole(text: str) -> str:
    """JSON may name half of a character; no text of a model has one."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"holds something that is no letter: {text[error.start]!a}") from error
    return text


Text = Annotated[str, AfterValidator(_whole)]


class TextPart(BaseModel):
    type: Literal["text"]
    text: Text


class Turn(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: Text | list[TextPart]

    def message(self) -> Message:
        parts = [self.content] if isinstance(self.content, str) else [part.text for part in self.content]
        role = "system" if self.role == "developer" else self.role
        return Message(role, "".join(parts))


class StreamOptions(BaseModel):
    include_usage: bool = False


class Request(BaseModel):
    """What both ways of asking have in common. Without a temperature the likeliest word is taken, as in the
    studio's exam."""

    model_config = ConfigDict(extra="allow")
    model: Text
    temperature: float = Field(0.0, ge=0, le=2)
    top_p: float = Field(1.0, gt=0, le=1)
    n: Literal[1] = 1
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    stop: list[Text] = Field(default_factory=list, max_length=4)
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    max_tokens: int = Field(USUAL_TOKENS, ge=1, le=MOST_TOKENS)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """Clients write null for what is not chosen."""
        return (
            {key: value for key, value in given.items() if value is not None}
            if isinstance(given, dict)
            else given
        )

    @field_validator("stop", mode="before")
    @classmethod
    def _one_or_more(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @field_validator("stop")
    @classmethod
    def _not_empty(cls, given: list[str]) -> list[str]:
        if not all(given):
            raise ValueError("an empty stop would end every answer at once")
        return given


class ChatRequest(Request):
    PROMPT: ClassVar = "messages"
    messages: list[Turn] = Field(min_length=1, max_length=1000)
    max_completion_tokens: int | None = Field(None, ge=1, le=MOST_TOKENS)

    @property
    def limit(self) -> int:
        return self.max_completion_tokens or self.max_tokens


class TextRequest(Request):
    PROMPT: ClassVar = "prompt"
    prompt: Text
    max_tokens: int = Field(16, ge=1, le=MOST_TOKENS)

    @field_validator("prompt", mode="before")
    @classmethod
    def _the_only_one(cls, given: Any) -> Any:
        return given[0] if isinstance(given, list) and len(given) == 1 else given

    @property
    def limit(self) -> int:
        return self.max_tokens


def read(kind: type[Request], document: Any) -> Any:
    """Return the request. Raises WrongRequest that names the entry."""
    if not isinstance(document, dict):
        raise WrongRequest("The body must be a JSON object.")
    asked = [name for name in NOT_TAKEN if document.get(name) not in (None, False, [], {}, "")]
    if document.get("response_format") == {"type": "text"}:
        asked.remove("response_format")
    if asked:
        raise WrongRequest(f"This server has no {asked[0]}.", param=asked[0], code="unsupported_parameter")
    try:
        return kind.model_validate(document)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise WrongRequest(f"{where or 'body'}: {first['msg']}.", param=where) from wrong


def error(problem: WrongRequest) -> dict[str, Any]:
    """Return an error as OpenAI writes it."""
    kinds = {401: "authentication_error", 429: "rate_limit_error", 500: "server_error", 503: "server_error"}
    kind = kinds.get(problem.status, "invalid_request_error")
    return {
        "error": {
            "message": problem.message,
            "type": kind,
            "param": problem.param or None,
            "code": problem.code or None,
        }
    }


def usage(prompt_tokens: int, written: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": written,
        "total_tokens": prompt_tokens + written,
    }

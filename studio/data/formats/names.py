"""Names people give to columns of questions, answers and labels, and which columns hold text at all."""

import re
from collections.abc import Sequence

from studio.data.tables import SourceRow

# fmt: off
QUESTIONS = (
    "prompt", "question", "instruction", "input", "problem", "query", "request", "user", "human", "task",
    "q", "ask", "questions", "prompts", "inputs",
    "instructions", "queries", "frage", "pregunta", "domanda", "pergunta", "vraag", "fråga",
    "вопрос", "问题", "問題", "質問", "질문", "سؤال",
)
ANSWERS = (
    "completion", "answer", "output", "response", "solution", "reply", "assistant", "target", "expected",
    "a", "ans", "answers", "completions", "outputs",
    "responses", "replies", "solutions", "antwort", "réponse", "reponse", "respuesta", "risposta",
    "resposta", "antwoord", "svar", "ответ", "答案", "回答", "答え", "답변", "جواب",
)
CONTEXTS = ("context", "passage", "background")
SYSTEMS = ("system", "systemprompt", "systemmessage")
TEXTS = (
    "text", "sentence", "document", "content", "review", "message", "comment", "tweet", "post", "utterance",
    "article", "body", "description", "note", "email", "abstract", "passage", "texte", "texto", "testo",
    "tekst", "текст", "文本", "テキスト", "텍스트", "نص",
)
LABELS = (
    "label", "labels", "category", "class", "sentiment", "intent", "topic", "tag", "emotion", "labelname",
    "labeltext", "classlabel", "kategorie", "klasse", "etiqueta", "categoria", "catégorie", "categorie",
    "étiquette", "метка", "标签", "ラベル", "레이블", "تصنيف",
)
CHOSEN = ("chosen", "chosenresponse", "chosenanswer", "preferred", "preferredresponse", "preferredoutput",
          "responsechosen", "better", "betteranswer")
REJECTED = ("rejected", "rejectedresponse", "rejectedanswer", "dispreferred", "nonpreferredoutput",
            "dispreferredresponse", "responserejected", "worse", "worseanswer")
RATINGS = ("rating", "label", "rated", "feedback", "thumbs", "thumbsup", "desirable", "isgood", "good")
# fmt: on
"""In the order of preference where a table has several of them."""

_ABOUT = {"id", "ids", "number", "no", "date", "time", "type", "category", "score", "rating", "source"}
"""Words of columns that tell something about a question or an answer and hold neither."""
_SHORTEST_WORD = 5

_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+|[^\W_]+")


def plain(name: str) -> str:
    """Return a name without case, spaces and punctuation: `User Input` and `user_input` are one."""
    return re.sub(r"[\W_]+", "", name.casefold())


def find(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column with one of these names, else the only one with such a word (`customer question`)."""
    spelled = {plain(column): column for column in reversed(columns)}
    for name in names:
        if name in spelled:
            return spelled[name]
    for name in names:
        holding = [column for column in columns if name in words(column) and not words(column) & _ABOUT]
        if len(name) >= _SHORTEST_WORD and len(holding) == 1:
            return holding[0]
    return None


def exactly(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column with one of these names, whatever its case, spaces and punctuation; never a part."""
    spelled = {plain(column): column for column in reversed(columns)}
    return next((spelled[name] for name in names if name in spelled), None)


def words(name: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(name)}


def text_columns(columns: Sequence[str], rows: Sequence[SourceRow]) -> list[str]:
    """Return the columns in which most filled cells are text with letters in it, not numbers or dates."""
    return [column for column in columns if _is_text([row.cells.get(column) for row in rows])]


def _is_text(cells: list[object]) -> bool:
    filled = [cell for cell in cells if cell is not None and cell != ""]
    written = [cell for cell in filled if isinstance(cell, str) and any(map(str.isalpha, cell))]
    return bool(written) and len(written) * 2 > len(filled)

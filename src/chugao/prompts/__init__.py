"""What a writing model is told, and in what shape it must answer.

In: a template from `prompts/` (an office's own folder stands over ours) and a `Brief`.  Out: `Messages`, the same bytes
each time, and the JSON schema of the reply.

No digit reaches a model, not even inside the name of a metric (2日归档率): such names are offered as slots of their
own, and `settled` puts them back into the reply.
"""

from chugao.prompts.cleaning import shown
from chugao.prompts.loading import Prompt, fingerprint, list_prompts, load
from chugao.prompts.offered import names, offered, settled
from chugao.prompts.replying import misread, reply_schema
from chugao.prompts.telling import Messages, prompt_for, render

__all__ = [
    "Messages",
    "Prompt",
    "fingerprint",
    "list_prompts",
    "load",
    "misread",
    "names",
    "offered",
    "prompt_for",
    "render",
    "reply_schema",
    "settled",
    "shown",
]

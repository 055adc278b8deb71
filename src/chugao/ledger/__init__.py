"""Every paid call, once: completions and embeddings by the hash of what was asked.

asking    what is asked and answered, and the key of a question
writing   many waiters, one commit
keeping   the ledger: ask it instead of the provider
costs     prices, and what has been spent

The ledger is the resume point, the cache, the cost book and the replay source in one.  An answer is on disk before
anybody uses it, so that whatever is killed, nothing recorded is paid for twice; what was under way at that moment may
have been billed, and is listed as such.
"""

from chugao.ledger.asking import Answer, Ask, Message, Recorded
from chugao.ledger.costs import (
    CostRow,
    Entry,
    Prices,
    Purse,
    cost_rows,
    doubtful_calls,
    entries,
    prices_of,
    read_prices,
)
from chugao.ledger.keeping import BudgetSpent, Ledger

__all__ = [
    "Answer",
    "Ask",
    "BudgetSpent",
    "CostRow",
    "Entry",
    "Ledger",
    "Message",
    "Prices",
    "Purse",
    "Recorded",
    "cost_rows",
    "doubtful_calls",
    "entries",
    "prices_of",
    "read_prices",
]

"""One figure as a list shows it: with its unit and its qualifier, in the form its metric prints in.

In: a definition and a quantity.  Out: “126.5万人次”, “95%以上”, “1—2名”.  A text with several figures of one metric
prints them all in one form (`printing.form_of`); here each stands alone.
"""

from chugao.catalogue import MetricDefinition
from chugao.metrics.printing import form_of, qualified
from chugao.quantity import Quantity


def value_text(definition: MetricDefinition, quantity: Quantity) -> str:
    """A quantity in the metric's own form."""
    form = form_of(definition, quantity.unit, [quantity])
    if quantity.high is not None:
        return f"{form.value(quantity.value)}—{form.value(quantity.high)}"
    return qualified(form.value(quantity.value), quantity)

"""Queries of Sigma rules for two back ends, by pySigma.

Reads a JSON list of rules (YAML texts) and writes a JSON list: per rule the queries of each back
end. What stands on both sides of an "and" or an "or" is put in one order first, as pySigma itself
parsed it, so that two rules have equal queries when they differ in such orders alone.
"""

import json
import sys

from sigma.backends.elasticsearch import LuceneBackend
from sigma.backends.splunk import SplunkBackend
from sigma.collection import SigmaCollection
from sigma.conditions import ConditionAND, ConditionOR
from sigma.conversion.state import ConversionState


def in_order(backend):
    class InOrder(backend):
        def convert_condition(self, cond, state):
            if isinstance(cond, (ConditionAND, ConditionOR)):
                cond.args.sort(key=lambda part: self.alone(part, state))
            return super().convert_condition(cond, state)

        def alone(self, part, state):
            own = ConversionState(processing_state=dict(state.processing_state))
            query = self.convert_condition(part, own)
            deferred = [later.finalize_expression() for later in own.deferred]
            return json.dumps([str(query), sorted(map(str, deferred))])

    return InOrder()


def queries(text):
    made = [in_order(backend) for backend in (SplunkBackend, LuceneBackend)]
    return [backend.convert(SigmaCollection.from_yaml(text)) for backend in made]


json.dump([queries(text) for text in json.load(sys.stdin)], sys.stdout)

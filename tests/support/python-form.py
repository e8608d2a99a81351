"""One form for all ways of writing a script that its marks may choose between.

Reads a JSON list of scripts, writes the list of their forms, or null for what does not compile.
CPython's own parser is asked, so that the form owes nothing to the one that the marks come from.
"""

import ast
import json
import sys

MIRRORED = {"Lt": "Gt", "Gt": "Lt", "LtE": "GtE", "GtE": "LtE"}
SYMMETRIC = ("Eq", "NotEq", "Is", "IsNot")
OPPOSITE = {"IsNot": "Is", "NotIn": "In"}


def is_constant(node):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant)


def is_inert(node):
    if isinstance(node, (ast.Tuple, ast.List)):
        return all(map(is_inert, node.elts))
    if isinstance(node, ast.Dict):
        return all(key is not None and is_constant(key) for key in node.keys) and all(
            map(is_inert, node.values)
        )
    return is_constant(node)


def sorted_runs(items, kind):
    """Neighbours of one kind in an order of their own; what has no kind stays where it is."""
    done, run = [], []
    for item in items:
        if run and kind(item) != kind(run[-1]):
            done += sorted(run, key=ast.dump)
            run = []
        if kind(item) is None:
            done.append(item)
        else:
            run.append(item)
    return done + sorted(run, key=ast.dump)


def statement_kind(node):
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "import"
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return "function"
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and is_inert(node.value):
        return "assignment" if isinstance(node.targets[0], ast.Name) else None
    return None


class Form(ast.NodeTransformer):
    def generic_visit(self, node):
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, sorted_runs(block, statement_kind))
        return node

    def visit_Import(self, node):
        node.names.sort(key=ast.dump)
        return node

    visit_ImportFrom = visit_Import

    def visit_Call(self, node):
        self.generic_visit(node)
        node.keywords = sorted_runs(node.keywords, lambda word: word.arg and "keyword")
        return node

    def visit_ExceptHandler(self, node):
        self.generic_visit(node)
        if isinstance(node.type, ast.Tuple):
            node.type.elts.sort(key=ast.dump)
        return node

    def visit_Compare(self, node):
        self.generic_visit(node)
        if len(node.ops) > 1:
            return node
        operator = type(node.ops[0]).__name__
        right = node.comparators[0]
        if operator in ("In", "NotIn") and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            right.elts = sorted_runs(right.elts, lambda one: "constant" if is_constant(one) else None)
        mirrored = operator if operator in SYMMETRIC else MIRRORED.get(operator)
        if mirrored and is_constant(node.left) and not is_constant(right):
            node.left, node.comparators, node.ops = right, [node.left], [getattr(ast, mirrored)()]
        return node

    def visit_If(self, node):
        self.generic_visit(node)
        return self.upright(node) if node.orelse else node

    def visit_IfExp(self, node):
        self.generic_visit(node)
        return self.upright(node)

    def upright(self, node):
        turned = False
        while isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not):
            node.test, turned = node.test.operand, not turned
        if isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
            opposite = OPPOSITE.get(type(node.test.ops[0]).__name__)
            if opposite:
                node.test.ops, turned = [getattr(ast, opposite)()], not turned
        if turned:
            node.body, node.orelse = node.orelse, node.body
        return node


def form_of(text):
    try:
        compile(text, "script", "exec", dont_inherit=True)
        return ast.dump(Form().visit(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return None


if __name__ == "__main__":
    sys.setrecursionlimit(20_000)
    json.dump([form_of(text) for text in json.load(sys.stdin)], sys.stdout)

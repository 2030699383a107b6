using Approvals.Policy.Cel.Syntax;
using Approvals.Policy.Rules;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Lint;

/// <summary>Names that no input has: <c>action.typ</c>, <c>lists.prodution</c>, a kind of principal that does not exist.</summary>
internal sealed class Fields(PolicyDocument policy, Findings findings)
{
    private static readonly string[] s_action = ["type", "target", "parameters", "audience", "justification"];
    private static readonly string[] s_chain = ["actor", "onBehalfOf", "owners"];
    private static readonly string[] s_principal = ["kind", "issuer", "subject", "displayName", "groups"];
    private static readonly string[] s_finding = ["type", "rule", "pointer", "confidence", "operator"];
    private static readonly string[] s_kinds = ["human", "service", "agent"];
    private static readonly string[] s_macros = ["all", "exists", "exists_one", "existsOne", "map", "filter"];

    private readonly string[] _lists = [.. policy.Data.ListNames];
    private readonly string[] _tables = [.. policy.Data.TableNames];
    private readonly string[] _freezes = [.. policy.Data.Freezes.Select(f => f.Name)];
    private readonly string[] _calendars = [.. policy.Data.Calendars.Select(c => c.Name)];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    public void Check()
    {
        foreach (var rule in policy.Rules)
        {
            Check(rule, rule.When);
            foreach (var expression in rule.Reason.Expressions)
                Check(rule, expression);
        }
        foreach (var (name, node) in policy.Data.Nodes)
        {
            if (!_used.Contains(name))
                findings.AddAt(DiagnosticSeverity.Note, node, "unused_data", $"No rule uses `{name}`.", "Remove it, or use it.");
        }
    }

    private void Check(PolicyRule rule, Expression expression) => Visit(rule, expression, expression.Syntax, new Dictionary<string, string[]>(StringComparer.Ordinal));

    private void Visit(PolicyRule rule, Expression expression, Expr expr, Dictionary<string, string[]> bound)
    {
        if (expr is Expr.Select or Expr.Index)
            CheckMember(rule, expression, expr, bound);
        if (expr is Expr.Binary { Op: TokenKind.Equal or TokenKind.NotEqual } comparison)
            CheckKind(rule, expression, comparison);

        // A macro binds its variable to the elements of what it goes over.
        if (expr is Expr.Call { Target: { } range, Args: [Expr.Ident variable, ..] } macro && s_macros.Contains(macro.Function))
        {
            Visit(rule, expression, range, bound);
            var inner = new Dictionary<string, string[]>(bound, StringComparer.Ordinal);
            inner.Remove(variable.Name);
            if (Elements(range) is { } fields)
                inner[variable.Name] = fields;
            foreach (var argument in macro.Args.Skip(1))
                Visit(rule, expression, argument, inner);
            return;
        }
        foreach (var child in ExprWalk.Children(expr))
            Visit(rule, expression, child, bound);
    }

    private static string[]? Elements(Expr range) => range switch
    {
        Expr.Ident { Name: "findings" } => s_finding,
        Expr.Select { Operand: Expr.Ident { Name: "principal" }, Field: "owners" } => s_principal,
        Expr.Call { Target: { } inner, Function: "filter" } => Elements(inner),
        _ => null,
    };

    private void CheckMember(PolicyRule rule, Expression expression, Expr expr, Dictionary<string, string[]> bound)
    {
        foreach (var (variable, known, what) in new[] { ("lists", _lists, "list"), ("tables", _tables, "table"), ("freezes", _freezes, "freeze"), ("calendars", _calendars, "calendar") })
        {
            if (ExprWalk.Member(expr, variable) is not { } name)
                continue;
            _used.Add($"{variable}.{name}");
            if (!known.Contains(name))
                Add(rule, expression, expr, $"unknown_{what}", $"There is no {what} `{name}`.", Suggestion.For(name, known) ?? $"Define it under `{variable}:`.");
            return;
        }
        if (expr is not Expr.Select select)
            return;
        var fields = select.Operand switch
        {
            Expr.Ident { Name: var name } when bound.TryGetValue(name, out var elements) => elements,
            Expr.Ident { Name: "action" } => s_action,
            Expr.Ident { Name: "principal" } => s_chain,
            Expr.Select { Operand: Expr.Ident { Name: "principal" }, Field: "actor" or "onBehalfOf" } => s_principal,
            Expr.Index { Operand: Expr.Ident { Name: "findings" } } => s_finding,
            _ => null,
        };
        if (fields is not null && !fields.Contains(select.Field))
            Add(rule, expression, expr, "unknown_field", $"`{ExprPrinter.Print(expr)}` is never there.", Suggestion.For(select.Field, fields) ?? $"The fields are {string.Join(", ", fields)}.");
    }

    private void CheckKind(PolicyRule rule, Expression expression, Expr.Binary comparison)
    {
        if (comparison.Left is Expr.Select { Field: "kind", Operand: Expr.Select { Operand: Expr.Ident { Name: "principal" } } }
            && ExprWalk.Text(comparison.Right) is { } kind && !s_kinds.Contains(kind))
            Add(rule, expression, comparison.Right, "unknown_kind", $"No principal is of kind `{kind}`.", Suggestion.For(kind, s_kinds) ?? "A principal is human, service or agent.");
    }

    private void Add(PolicyRule rule, Expression expression, Expr at, string code, string message, string remedy) =>
        findings.AddAt(DiagnosticSeverity.Error, expression.Locate(at.Offset), rule.Id, code, message, remedy);
}

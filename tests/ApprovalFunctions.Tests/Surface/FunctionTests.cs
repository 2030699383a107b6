using System.Reflection;
using System.Text.RegularExpressions;
using ApprovalFunctions.Durable;
using Approvals.Durable;
using Approvals.Notifications.Outbox;
using Approvals.Web.Routing;
using Approvals.Workflow.Orchestration;

namespace ApprovalFunctions.Tests.Surface;

/// <summary>Holds the app's triggers against what the other rooms define, from the sources: the packages need not be there.</summary>
public sealed class FunctionTests
{
    private static readonly Regex HttpFunction = new(
        """\[Function\("(?<name>[^"]+)"\)\]\s+public Task<IResult> \w+\(\s*\[HttpTrigger\(AuthorizationLevel\.(?<level>\w+), (?<methods>(?:"[a-z]+", )+)Route = "(?<route>[^"]+)"\)\] HttpRequest request,\s*\[DurableClient\] DurableTaskClient client\) =>\s*durable\.Handle\(client, request, (?<handler>[\w.]+)\);""",
        RegexOptions.NonBacktracking);

    private static readonly Regex AnyHttpTrigger = new(@"\[HttpTrigger\(", RegexOptions.NonBacktracking);

    private static MatchCollection Functions => HttpFunction.Matches(AppSources.All);

    private static IEnumerable<Match> Routed => Functions.Where(function => function.Groups["route"].Value != "{*path}");

    [Fact]
    public void Every_http_trigger_is_one_call_of_a_shared_handler() =>
        Assert.Equal(AnyHttpTrigger.Count(AppSources.All), Functions.Count);

    [Fact]
    public void Every_route_has_one_function_of_its_name_method_pattern_and_handler_and_no_function_has_another()
    {
        string[] routes = [.. ApprovalsRoutes.All.Select(route => $"{route.Name} {MethodsOf(route)} {route.Pattern} {HandlerOf(route)}").Order(StringComparer.Ordinal)];
        string[] functions =
        [
            .. Routed.Select(function =>
                $"{function.Groups["name"].Value} {function.Groups["methods"].Value.Replace("\"", "", StringComparison.Ordinal).TrimEnd(',', ' ').ToUpperInvariant()} /{PathOf(function.Groups["route"].Value)} {function.Groups["handler"].Value}")
                .Order(StringComparer.Ordinal),
        ];

        Assert.Equal(routes, functions);
    }

    /// <summary>A level other than anonymous would ask for a function key before the gate's own authentication.</summary>
    [Fact]
    public void Every_function_leaves_authentication_to_the_gate() =>
        Assert.All(Functions, function => Assert.Equal("Anonymous", function.Groups["level"].Value));

    /// <summary>The host tries routes in the order of the functions' names: https://github.com/Azure/azure-functions-host/issues/9876</summary>
    [Fact]
    public void Where_two_routes_take_a_path_the_more_specific_one_comes_first_by_name()
    {
        string[] names = [.. Functions.Select(function => function.Groups["name"].Value)];
        Assert.Equal("zz-unrouted", names.Max(StringComparer.OrdinalIgnoreCase));

        foreach (WebRoute open in ApprovalsRoutes.All)
        {
            var pattern = new Regex("^" + Regex.Replace(open.Pattern, @"\\?\{\*?\w+\}", "[^/]+") + "$", RegexOptions.None, TimeSpan.FromSeconds(1));
            foreach (WebRoute literal in ApprovalsRoutes.All.Where(route => route.Pattern != open.Pattern && route.Method == open.Method && pattern.IsMatch(route.Pattern)))
                Assert.True(string.Compare(literal.Name, open.Name, StringComparison.OrdinalIgnoreCase) < 0, $"{open.Name} would take {literal.Pattern} before {literal.Name}");
        }
    }

    [Fact]
    public void No_route_begins_with_what_the_host_keeps_for_itself() =>
        Assert.DoesNotContain(ApprovalsRoutes.All, route => route.Pattern.StartsWith("/admin", StringComparison.OrdinalIgnoreCase) || route.Pattern.StartsWith("/runtime", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Every_activity_has_one_function_and_runs_the_activity_of_that_name()
    {
        foreach (FieldInfo name in typeof(ActivityNames).GetFields())
        {
            string function = $"[Function(ActivityNames.{name.Name})]";
            int at = AppSources.All.IndexOf(function, StringComparison.Ordinal);
            Assert.True(at > 0, $"{function} is missing");
            Assert.Equal(at, AppSources.All.LastIndexOf(function, StringComparison.Ordinal));
            string body = AppSources.All[at..AppSources.All.IndexOf(';', at)];
            Assert.Contains($"RunAsync(ActivityNames.{name.Name},", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(nameof(OutboxActivities.Address))]
    [InlineData(nameof(OutboxActivities.Deliver))]
    public void Every_activity_of_the_outbox_has_one_function_and_runs_the_activity_of_that_name(string name)
    {
        string[] functions = AppSources.All.Split($"[Function(OutboxActivities.{name})]");
        Assert.Equal(2, functions.Length);
        Assert.Contains($"RunAsync(OutboxActivities.{name},", functions[1][..functions[1].IndexOf(';', StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Fact]
    public void Newest_version_of_each_orchestration_has_a_function_and_is_the_one_that_is_started()
    {
        foreach (OrchestrationDefinition definition in (OrchestrationDefinition[])[ApprovalOrchestration.Definition, OutboxOrchestration.Definition])
        {
            string function = OrchestrationNames.Function(definition.Name, definition.Version);

            Assert.Contains($"[Function(\"{function}\")]", AppSources.All, StringComparison.Ordinal);
            Assert.True(OrchestrationNames.TryParse(function, out string name, out int version));
            Assert.Equal((definition.Name, definition.Version), (name, version));
        }

        foreach (string type in (string[])["ApprovalOrchestration", "OutboxOrchestration"])
            Assert.Contains($"[{type}.Name] = {type}.Definition.Version", AppSources.All, StringComparison.Ordinal);
    }

    [Fact]
    public void Function_names_are_unique_and_as_the_host_takes_them()
    {
        string[] names =
        [
            .. Regex.Matches(AppSources.All, """\[Function\("(?<name>[^"]+)"\)\]""", RegexOptions.NonBacktracking).Select(function => function.Groups["name"].Value),
            .. typeof(ActivityNames).GetFields().Select(name => (string)name.GetValue(null)!),
            OutboxActivities.Address,
            OutboxActivities.Deliver,
            "ledger",
        ];

        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, name => Assert.Matches("^[A-Za-z][A-Za-z0-9_-]{0,127}$", name));
    }

    private static string MethodsOf(WebRoute route) => route.Method == "GET" ? "GET, HEAD" : route.Method;

    /// <summary>The root is written as an optional segment of no length: see the function <c>home</c>.</summary>
    private static string PathOf(string route) => route == "{root:maxlength(0)?}" ? "" : route;

    private static string HandlerOf(WebRoute route) => $"{route.Handler.Method.DeclaringType!.Name}.{route.Handler.Method.Name}";
}

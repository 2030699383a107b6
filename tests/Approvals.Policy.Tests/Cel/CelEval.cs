using Approvals.Policy.Cel;

namespace Approvals.Policy.Tests.Cel;

/// <summary>One-line evaluations for tests.</summary>
internal static class CelEval
{
    internal static CelValue Run(string source, params (string Name, CelValue Value)[] variables) => Run(source, true, "", variables);

    internal static CelValue Run(string source, bool check, string container, params (string Name, CelValue Value)[] variables)
    {
        var environment = new CelEnvironment(variables.ToDictionary(v => v.Name, _ => CelType.Dyn), container);
        var activation = new CelActivation(environment);
        foreach (var (name, value) in variables)
        {
            activation[name] = value;
        }

        return environment.Compile(source, check).Evaluate(activation);
    }

    internal static bool IsTrue(string source, params (string Name, CelValue Value)[] variables) => Run(source, variables).AsBool();

    /// <summary>The code of the error that an evaluation must end in.</summary>
    internal static string ErrorOf(string source, params (string Name, CelValue Value)[] variables) =>
        Assert.Throws<CelEvaluationException>(() => Run(source, variables)).Code;

    /// <summary>The code of the error that compiling must end in.</summary>
    internal static CelCompileException CompileError(string source, params (string Name, CelType Type)[] variables) =>
        Assert.ThrowsAny<CelCompileException>(() => new CelEnvironment(variables.ToDictionary(v => v.Name, v => v.Type)).Compile(source));
}

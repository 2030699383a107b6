namespace ApprovalFunctions.Settings;

/// <summary>Whether the app runs in Azure, by what its hosts set and <c>func start</c> does not.</summary>
public static class AzureHost
{
    private static readonly string[] Marks = ["WEBSITE_INSTANCE_ID", "WEBSITE_POD_NAME", "WEBSITE_DEPLOYMENT_ID"];

    /// <param name="environment">Reads an environment variable.</param>
    public static bool IsPresent(Func<string, string?> environment) => Marks.Any(mark => !string.IsNullOrEmpty(environment(mark)));

    /// <summary>
    /// Whether App Service's own authentication stands in front of the app; then the platform takes its headers out of requests from outside.
    /// https://learn.microsoft.com/azure/app-service/reference-app-settings#authentication--authorization
    /// </summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static bool Authenticates(Func<string, string?> environment) =>
        IsPresent(environment) && string.Equals(environment("WEBSITE_AUTH_ENABLED"), "true", StringComparison.OrdinalIgnoreCase);
}

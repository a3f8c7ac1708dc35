namespace HotlinePush.BrowserTests;

/// <summary>A test in a real browser: Chromium by the variable CHROMIUM or in its usual places; skipped where there is none.</summary>
public class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium is null ? "No Chromium: set CHROMIUM to its path." : null;

    public static string? Chromium { get; } = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named
        ? named
        : new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
}

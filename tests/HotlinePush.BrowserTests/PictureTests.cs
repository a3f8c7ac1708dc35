namespace HotlinePush.BrowserTests;

/// <summary>Pictures of every page for people to look at, where the variable PICTURES names a folder; two of them stand in docs/images.</summary>
public sealed class PictureTests(BrowserRun run) : IClassFixture<BrowserRun>
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("PICTURES");

    [BrowserFact]
    public async Task Pages_AreDrawn()
    {
        if (Folder is null)
            return;
        var scene = await Scene.PlayAsync(run.Host);
        foreach (var (phone, dark, english) in ((bool, bool, bool)[])[(false, false, false), (true, false, false), (false, true, true)])
        {
            await using var window = await run.OpenAsync(phone: phone, dark: dark, english: english);
            foreach (var (name, path) in scene.PublicPages)
                await DrawAsync(name, path);
            await AccessibilityTests.SignInAsync(window.Page);
            foreach (var (name, path) in scene.UnitPages)
                await DrawAsync(name, path);

            async Task DrawAsync(string name, string path)
            {
                await window.Page.GotoAsync(path);
                await window.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder!, $"{name}-{(phone ? "phone" : dark ? "dark-en" : "desktop")}.png"), FullPage = true });
            }
        }
    }
}

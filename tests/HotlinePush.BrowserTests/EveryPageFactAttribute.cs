namespace HotlinePush.BrowserTests;

/// <summary>A look at every page takes minutes: made where the variable EVERY_PAGE is set, else skipped and counted so.</summary>
public sealed class EveryPageFactAttribute : BrowserFactAttribute
{
    public EveryPageFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("EVERY_PAGE") is null)
            Skip ??= "Set EVERY_PAGE to look at every page by its links; it takes minutes.";
    }
}

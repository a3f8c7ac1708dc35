namespace HotlinePush.Tests;

/// <summary>A test on real messages: it takes their folder from HOTLINE_DATA and is counted as skipped without it.</summary>
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute()
    {
        if (RealData.Folder is null)
            Skip = "HOTLINE_DATA names no folder of real messages.";
    }
}

public static class RealData
{
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("HOTLINE_DATA") is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;

    public static string File(string name) => Path.Combine(Folder ?? throw new InvalidOperationException("HOTLINE_DATA is not set."), name);
}

using HotlinePush.Security;

namespace HotlinePush.Tests.Security;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hotline-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string FilePath => Path.Combine(_folder, "deep", "keys.json");

    [Fact]
    public void LoadOrCreate_WhenMissing_CreatesAFileForItsOwnerAlone()
    {
        var ring = KeyFile.LoadOrCreate(FilePath);
        Assert.Equal(ring.ToJson(), KeyFile.LoadOrCreate(FilePath).ToJson());
        Assert.Equal([FilePath], Directory.GetFiles(Path.GetDirectoryName(FilePath)!));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"version\": 1")]
    [InlineData("not json")]
    public void LoadOrCreate_WhenDamaged_SaysSoAndLeavesTheFile(string content)
    {
        KeyFile.LoadOrCreate(FilePath);
        File.WriteAllText(FilePath, content);
        var error = Assert.Throws<KeyFileException>(() => KeyFile.LoadOrCreate(FilePath));
        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    [Fact]
    public void LoadOrCreate_WhenThePathIsAFolder_SaysItCannotBeRead()
    {
        Directory.CreateDirectory(FilePath);
        Assert.Contains("cannot be read", Assert.Throws<KeyFileException>(() => KeyFile.LoadOrCreate(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadOrCreate_WhenItsFolderCannotBeMade_SaysSo()
    {
        File.WriteAllText(Path.Combine(_folder, "deep"), "a file");
        Assert.Contains("cannot be created", Assert.Throws<KeyFileException>(() => KeyFile.LoadOrCreate(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadOrCreate_WhenInsideTheDataFolder_IsRefused()
    {
        Assert.Throws<KeyFileException>(() => KeyFile.LoadOrCreate(FilePath, _folder));
        Assert.False(File.Exists(FilePath));
        KeyFile.LoadOrCreate(FilePath, Path.Combine(_folder, "dee"));
    }

    [Fact]
    public void LoadOrCreate_WhenManyStartAtOnce_GivesAllTheSameRing()
    {
        var rings = new string[16];
        Parallel.For(0, rings.Length, i => rings[i] = KeyFile.LoadOrCreate(FilePath).ToJson());
        Assert.Single(rings.Distinct());
    }

    [Fact]
    public void Load_WhenMissing_MakesNoNewKeys()
    {
        Assert.Throws<KeyFileException>(() => KeyFile.Load(FilePath));
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void Save_WhenRotated_ReplacesTheFile()
    {
        var rotated = KeyFile.LoadOrCreate(FilePath).Rotate(KeyKind.Token);
        KeyFile.Save(rotated, FilePath);
        Assert.Equal(rotated.ToJson(), KeyFile.Load(FilePath).ToJson());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }
}

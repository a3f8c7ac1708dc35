using System.Text;
using HotlinePush.Storage;

namespace HotlinePush.Tests.Storage;

/// <summary>What every file store owes.</summary>
public abstract class FileStoreContract
{
    protected abstract IFileStore Files { get; }

    [Fact]
    public async Task Put_WhenNew_IsReadBack()
    {
        var bytes = new byte[3_000_000];
        new Random(7).NextBytes(bytes);

        Assert.Equal(bytes.Length, await Files.PutAsync("imports/2026/a-1", new MemoryStream(bytes)));
        Assert.Equal(bytes, await ReadAsync("imports/2026/a-1"));
    }

    [Fact]
    public async Task Put_WhenEmpty_IsAFile()
    {
        Assert.Equal(0, await Files.PutAsync("empty", Stream.Null));
        Assert.Empty((await ReadAsync("empty"))!);
    }

    [Fact]
    public async Task Put_WhenTheIdIsTaken_KeepsTheFirst()
    {
        await Files.PutAsync("a", Text("first"));

        Assert.Equal(5, await Files.PutAsync("a", Text("another")));
        Assert.Equal("first", Encoding.UTF8.GetString((await ReadAsync("a"))!));
    }

    [Fact]
    public async Task Put_WhenManyRace_KeepsOneWhole()
    {
        var lengths = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => Task.Run(() => Files.PutAsync("race", new MemoryStream(new byte[i * 1000])))));

        Assert.Single(lengths.Distinct());
        Assert.Equal(lengths[0], (await ReadAsync("race"))!.Length);
    }

    [Fact]
    public async Task Put_WhenTheStreamFails_LeavesNothingAndTheIdFree()
    {
        await Assert.ThrowsAsync<IOException>(() => Files.PutAsync("a/b", new Failing()));

        Assert.Null(await Files.OpenAsync("a/b"));
        Assert.Equal(2, await Files.PutAsync("a/b", Text("ok")));
    }

    [Fact]
    public async Task Put_WhenAnIdBeginsWithAnother_KeepsBoth()
    {
        await Files.PutAsync("a", Text("1"));
        await Files.PutAsync("a/b", Text("22"));

        Assert.Single((await ReadAsync("a"))!);
        Assert.Equal(2, (await ReadAsync("a/b"))!.Length);
    }

    [Fact]
    public async Task Delete_WhenThereOrNot_LeavesNothing()
    {
        await Files.PutAsync("a", Text("1"));
        await Files.DeleteAsync("a");
        await Files.DeleteAsync("a");
        await Files.DeleteAsync("never/there");

        Assert.Null(await Files.OpenAsync("a"));
        Assert.Null(await Files.OpenAsync("never/there"));
    }

    [Fact]
    public async Task Open_WhenDeletedMeanwhile_ReadsToItsEnd()
    {
        await Files.PutAsync("a", Text("still here"));
        await using var open = await Files.OpenAsync("a");
        await Files.DeleteAsync("a");

        Assert.Equal("still here", await new StreamReader(open!).ReadToEndAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a.b")]
    [InlineData("A")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("附件")]
    public async Task Id_WhenItIsNone_IsABug(string id)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Files.PutAsync(id, Stream.Null));
        await Assert.ThrowsAsync<ArgumentException>(() => Files.OpenAsync(id));
        await Assert.ThrowsAsync<ArgumentException>(() => Files.DeleteAsync(id));
    }

    [Fact]
    public async Task Id_WhenTooLong_IsABug()
    {
        await Files.PutAsync(new string('a', 200), Stream.Null);
        await Assert.ThrowsAsync<ArgumentException>(() => Files.PutAsync(new string('a', 201), Stream.Null));
    }

    protected async Task<byte[]?> ReadAsync(string id)
    {
        await using var stream = await Files.OpenAsync(id);
        if (stream is null)
            return null;
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private sealed class Failing : MemoryStream
    {
        private bool _begun;

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => FailAsync(destination, cancellationToken);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_begun)
                throw new IOException("The sender went away.");
            _begun = true;
            buffer.Span[0] = 1;
            return new(1);
        }

        private static async Task FailAsync(Stream destination, CancellationToken ct)
        {
            await destination.WriteAsync(new byte[10], ct);
            throw new IOException("The sender went away.");
        }
    }
}

using System.Text;
using HotlinePush.Security;
using HotlinePush.Tickets.Attachments;

namespace HotlinePush.Tests.Attachments;

/// <summary>What a file is, what is taken out of it, and how it lies sealed.</summary>
public sealed class FileKindTests
{
    public static TheoryData<string, byte[]> Taken => new()
    {
        { "jpeg", SampleFiles.Jpeg }, { "png", SampleFiles.Png }, { "gif", SampleFiles.Gif }, { "webp", SampleFiles.Webp }, { "pdf", SampleFiles.Pdf },
        { "heic", SampleFiles.Iso("heic") }, { "mp4", SampleFiles.Iso("isom") }, { "mov", SampleFiles.Iso("qt  ") }, { "m4a", SampleFiles.Iso("M4A ") },
        { "mp3", SampleFiles.Mp3 }, { "wav", SampleFiles.Wav }, { "amr", SampleFiles.Amr },
    };

    [Theory, MemberData(nameof(Taken))]
    public void Find_ByTheFirstBytes_KnowsWhatIsTaken(string code, byte[] content) => Assert.Equal(code, FileKinds.Find(content)?.Code);

    [Theory]
    [InlineData("<html><script>alert(1)</script>")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>")]
    [InlineData("MZ\u0090\0")]
    [InlineData("#!/bin/sh\n")]
    [InlineData(" %PDF-1.7")]
    [InlineData("just words")]
    [InlineData("")]
    [InlineData("RIFF")]
    [InlineData("\0\0\0\u0018ftypevil")]
    public void Find_OfAnythingElse_IsNothing(string content) => Assert.Null(FileKinds.Find(Encoding.Latin1.GetBytes(content)));

    [Fact]
    public void OfficeParts_OfArchives_TellDocumentsFromTheRest()
    {
        Assert.Equal("docx", Find(SampleFiles.Docx)?.Code);
        Assert.Equal("xlsx", Find(SampleFiles.Xlsx)?.Code);
        Assert.Null(Find(SampleFiles.PlainZip));
        Assert.Null(Find(SampleFiles.WithMacros));
        Assert.Null(Find(SampleFiles.Docx[..^30]));
        for (var i = 0; i < SampleFiles.Docx.Length; i++)
        {
            var damaged = (byte[])SampleFiles.Docx.Clone();
            damaged[i] ^= 0xFF;
            _ = Find(damaged);
        }

        static FileKind? Find(byte[] zip) => OfficeParts.Find(zip, zip.Length);
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    public async Task Strip_OfAPicture_TakesOutWhatTheCameraSaysAndLeavesThePicture(string code)
    {
        var picture = code == "jpeg" ? SampleFiles.Jpeg : SampleFiles.Png;
        foreach (var atOnce in (int[])[1, 7, 100_000])
        {
            var stripped = await ReadAsync(PictureMetadata.Strip(new Trickle(picture, atOnce), FileKinds.Of(code)));

            Assert.DoesNotContain(SampleFiles.Secret, Encoding.Latin1.GetString(stripped), StringComparison.Ordinal);
            Assert.Equal(code, FileKinds.Find(stripped)?.Code);
            if (code == "png")
                Assert.Equal(picture.Length - 2 * 12 - SampleFiles.Secret.Length * 2 - "Comment\0".Length, stripped.Length);
            else
            {
                Assert.Contains("JFIF", Encoding.Latin1.GetString(stripped), StringComparison.Ordinal);
                Assert.Contains("tables between scans", Encoding.Latin1.GetString(stripped), StringComparison.Ordinal);
                Assert.Equal([7, 8, 0xFF, 0xD9], stripped[^4..]);
                Assert.Contains(Convert.ToHexString([1, 2, 3, 0xFF, 0x00, 4, 0xFF, 0xD0, 5, 6]), Convert.ToHexString(stripped), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64 * 1024 - 1)]
    [InlineData(64 * 1024)]
    [InlineData(64 * 1024 + 1)]
    [InlineData(300_000)]
    public async Task SealedContent_OfAnyLength_OpensAgainAndNotOtherwise(int length)
    {
        var plain = new byte[length];
        new Random(length).NextBytes(plain);
        using var key = KeyRing.Create().NewDataKey();
        var sealing = new SealingStream(new Trickle(plain, 5_000), key, "a1", 1_000_000);
        var box = await ReadAsync(sealing);

        Assert.Equal(length, sealing.PlainLength);
        Assert.Equal(plain, await ReadAsync(new OpeningStream(new MemoryStream(box), key, "a1")));
        Assert.DoesNotContain(Convert.ToHexString(plain.AsSpan(0, Math.Min(20, length))) + "|", Convert.ToHexString(box) + "|", StringComparison.Ordinal);
        await RefusedAsync(box, "a2");
        await RefusedAsync([.. box[..^1], (byte)(box[^1] ^ 1)], "a1");
        if (box.Length > SealedContent.Chunk + SealedContent.Overhead)
        {
            // Cut off between two chunks, and the first chunk taken twice.
            await RefusedAsync(box[..(SealedContent.Chunk + SealedContent.Overhead)], "a1");
            await RefusedAsync([.. box[..(SealedContent.Chunk + SealedContent.Overhead)], .. box], "a1");
        }

        Task RefusedAsync(byte[] changed, string id) => Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(
            () => ReadAsync(new OpeningStream(new MemoryStream(changed), key, id)));
    }

    [Fact]
    public async Task SealedContent_LongerThanAllowed_StopsAndSaysSo()
    {
        using var key = KeyRing.Create().NewDataKey();
        var sealing = new SealingStream(new Trickle(new byte[200_000], 10_000), key, "a1", 100_000);
        await ReadAsync(sealing);
        Assert.True(sealing.TooLong);
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    /// <summary>Gives at most so many bytes at once, as a network does.</summary>
    private sealed class Trickle(byte[] content, int atOnce) : ReadOnlyStream
    {
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            var count = Math.Min(Math.Min(atOnce, buffer.Length), content.Length - _at);
            content.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            return ValueTask.FromResult(count);
        }
    }
}

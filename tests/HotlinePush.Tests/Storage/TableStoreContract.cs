using System.Text;
using HotlinePush.Storage;

namespace HotlinePush.Tests.Storage;

/// <summary>What every table store owes. An adapter derives, opens its store and names how it is opened anew on the same data.</summary>
public abstract class TableStoreContract : IAsyncLifetime
{
    private const string Table = "things";

    protected ITableStore Store { get; private set; } = null!;

    /// <summary>Opens the store; a second call closes the first and opens it again on the same data.</summary>
    protected abstract Task<ITableStore> OpenAsync();

    protected abstract Task CloseAsync();

    public async Task InitializeAsync() => Store = await OpenAsync();

    public Task DisposeAsync() => CloseAsync();

    [Fact]
    public async Task Insert_WhenRowIsNew_IsReadBackWithItsETag()
    {
        var result = await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("一")));

        var row = await Store.ReadAsync(Table, "p", "a");
        Assert.True(result.Committed);
        Assert.Equal("一", Text(row!));
        Assert.Equal(result.ETags["a"], row!.ETag);
    }

    [Fact]
    public async Task Read_WhenTableOrPartitionOrRowDiffers_FindsNothing()
    {
        await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("1")));

        Assert.Null(await Store.ReadAsync("others", "p", "a"));
        Assert.Null(await Store.ReadAsync(Table, "P", "a"));
        Assert.Null(await Store.ReadAsync(Table, "p", "A"));
    }

    [Fact]
    public async Task Insert_WhenRowExists_IsRefusedAsExists()
    {
        await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("1")));

        var result = await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("2")));

        Assert.Equal(new BatchConflict("a", ConflictKind.Exists), result.Conflict);
        Assert.Equal("1", Text((await Store.ReadAsync(Table, "p", "a"))!));
    }

    [Theory]
    [InlineData(BatchAction.Replace)]
    [InlineData(BatchAction.DeleteIf)]
    public async Task ConditionalWrite_WhenETagIsOld_IsRefusedAsChanged(BatchAction action)
    {
        var first = await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("1")));
        await Store.CommitAsync(new Batch(Table, "p").Upsert("a", Bytes("2")));

        var result = await Store.CommitAsync(Conditional(action, first.ETags["a"]));

        Assert.Equal(new BatchConflict("a", ConflictKind.Changed), result.Conflict);
        Assert.Equal("2", Text((await Store.ReadAsync(Table, "p", "a"))!));
    }

    [Theory]
    [InlineData(BatchAction.Replace)]
    [InlineData(BatchAction.DeleteIf)]
    public async Task ConditionalWrite_WhenRowIsMissing_IsRefusedAsMissing(BatchAction action)
    {
        var result = await Store.CommitAsync(Conditional(action, new("1")));

        Assert.Equal(new BatchConflict("a", ConflictKind.Missing), result.Conflict);
    }

    [Theory]
    [InlineData(BatchAction.Replace)]
    [InlineData(BatchAction.DeleteIf)]
    public async Task ConditionalWrite_WhenETagIsForeign_IsRefusedAsChanged(BatchAction action)
    {
        await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("1")));

        var result = await Store.CommitAsync(Conditional(action, new("W/\"no such\"")));

        Assert.Equal(ConflictKind.Changed, result.Conflict!.Value.Kind);
    }

    [Fact]
    public async Task ConditionalWrite_WhenETagIsCurrent_Succeeds()
    {
        var inserted = await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("1")));
        var replaced = await Store.CommitAsync(new Batch(Table, "p").Replace("a", inserted.ETags["a"], Bytes("2")));
        var deleted = await Store.CommitAsync(new Batch(Table, "p").DeleteIf("a", replaced.ETags["a"]));

        Assert.NotEqual(inserted.ETags["a"], replaced.ETags["a"]);
        Assert.True(deleted.Committed);
        Assert.Empty(deleted.ETags);
        Assert.Null(await Store.ReadAsync(Table, "p", "a"));
    }

    [Fact]
    public async Task Delete_WhenRowIsMissing_IsNoConflict()
    {
        var result = await Store.CommitAsync(new Batch(Table, "p").Delete("a").Insert("b", Bytes("1")));

        Assert.True(result.Committed);
        Assert.NotNull(await Store.ReadAsync(Table, "p", "b"));
    }

    [Fact]
    public async Task Batch_WhenOneConditionFails_WritesNothing()
    {
        await Store.CommitAsync(new Batch(Table, "p").Insert("old", Bytes("1")).Insert("taken", Bytes("1")));

        var result = await Store.CommitAsync(
            new Batch(Table, "p").Insert("new", Bytes("2")).Upsert("old", Bytes("2")).Delete("taken").Insert("zz", Bytes("2")).Replace("missing", new("1"), Bytes("2")));

        Assert.Equal(new BatchConflict("missing", ConflictKind.Missing), result.Conflict);
        Assert.Equal(["old=1", "taken=1"], await AllAsync("p"));
    }

    [Fact]
    public async Task Batch_WhenSentAgain_IsAnsweredAsCommittedAndChangesNothing()
    {
        var head = await Store.CommitAsync(new Batch(Table, "p").Insert("head", Bytes("1")));
        var batch = new Batch(Table, "p").Replace("head", head.ETags["head"], Bytes("2")).Insert("h1", Bytes("x"));
        var first = await Store.CommitAsync(batch);

        var again = await Store.CommitAsync(batch);

        Assert.True(again.Committed);
        Assert.Equal(first.ETags["head"], again.ETags["head"]);
        Assert.Equal(first.ETags["h1"], (await Store.ReadAsync(Table, "p", "h1"))!.ETag);
    }

    [Fact]
    public async Task Batch_WhenSentAgainAfterSomeRowsMovedOn_IsStillRecognised()
    {
        var batch = new Batch(Table, "p").Upsert("head", Bytes("mine")).Insert("h1", Bytes("x"));
        await Store.CommitAsync(batch);
        await Store.CommitAsync(new Batch(Table, "p").Upsert("head", Bytes("theirs")));

        var again = await Store.CommitAsync(batch);

        Assert.True(again.Committed);
        Assert.Equal("theirs", Text((await Store.ReadAsync(Table, "p", "head"))!));
    }

    [Fact]
    public async Task Batch_WhenSentAgainAfterReopening_IsRecognised()
    {
        await Store.CommitAsync(new Batch(Table, "p", "order-17").Insert("a", Bytes("1")));
        await ReopenAsync();

        Assert.True((await Store.CommitAsync(new Batch(Table, "p", "order-17").Insert("a", Bytes("1")))).Committed);
        Assert.False((await Store.CommitAsync(new Batch(Table, "p", "order-18").Insert("a", Bytes("1")))).Committed);
    }

    [Fact]
    public async Task ETag_WhenRowIsDeletedAndInsertedAgain_IsNeverUsedAgain()
    {
        var seen = new HashSet<ETag>();
        for (var round = 0; round < 4; round++)
        {
            var result = await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("same")));
            Assert.True(seen.Add(result.ETags["a"]));
            await Store.CommitAsync(new Batch(Table, "p").Delete("a"));
            if (round % 2 == 1)
                await ReopenAsync();
        }
    }

    [Fact]
    public async Task Replace_WhenManyRaceOnOneRow_ExactlyOneWins()
    {
        var etag = (await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("0")))).ETags["a"];

        var results = await Task.WhenAll(Enumerable.Range(1, 40).Select(i =>
            Task.Run(() => Store.CommitAsync(new Batch(Table, "p").Replace("a", etag, Bytes(i.ToString(System.Globalization.CultureInfo.InvariantCulture)))))));

        Assert.Single(results, r => r.Committed);
        Assert.Equal(results.Single(r => r.Committed).ETags["a"], (await Store.ReadAsync(Table, "p", "a"))!.ETag);
    }

    [Fact]
    public async Task Commits_WhenConcurrentAndSomeConflict_DoNotDisturbEachOther()
    {
        await Store.CommitAsync(new Batch(Table, "p").Insert("taken", Bytes("0")));

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => Store.CommitAsync(
            i % 3 == 0 ? new Batch(Table, "p").Insert($"k{i:D3}", Bytes("x")).Insert("taken", Bytes("1")) : new Batch(Table, "p").Insert($"k{i:D3}", Bytes("x"))))));

        for (var i = 0; i < results.Length; i++)
        {
            Assert.Equal(i % 3 != 0, results[i].Committed);
            Assert.Equal(i % 3 != 0, await Store.ReadAsync(Table, "p", $"k{i:D3}") is not null);
        }
    }

    [Fact]
    public async Task Rows_WhenReopened_AreThere()
    {
        var result = await Store.CommitAsync(new Batch(Table, "p").Insert("a", Bytes("1")).Insert("empty", default));
        await ReopenAsync();

        Assert.Equal(result.ETags["a"], (await Store.ReadAsync(Table, "p", "a"))!.ETag);
        Assert.True((await Store.ReadAsync(Table, "p", "empty"))!.Value.IsEmpty);
    }

    [Fact]
    public async Task Range_WhenReadInPages_ComesInOrdinalOrderWithoutGapsOrRepeats()
    {
        // Ordinal order differs from every culture's: capitals before small letters, "!" before all.
        string[] keys = ["a", "a!b", "a!b!c", "a!c", "a.b", "a0", "a:b", "aB", "aZ", "a_", "ab", "b", "~"];
        foreach (var chunk in keys.Reverse().Chunk(3))
        {
            var batch = new Batch(Table, "p");
            foreach (var key in chunk)
                batch.Insert(key, Bytes(key));
            await Store.CommitAsync(batch);
        }

        await Store.CommitAsync(new Batch(Table, "p2").Insert("aa", Bytes("other partition")));
        foreach (var limit in new[] { 1, 2, 5, 1000 })
            Assert.Equal(keys[1..11].Select(k => $"{k}={k}"), await RangeAsync("p", new("a!", "b"), limit));
    }

    [Fact]
    public async Task Range_WhenBoundsGiven_IncludesFromAndExcludesTo()
    {
        await Store.CommitAsync(new Batch(Table, "p").Insert("a", default).Insert("b", default).Insert("c", default));

        Assert.Equal(["a=", "b="], await RangeAsync("p", new("a", "c"), 10));
        Assert.Empty(await RangeAsync("p", new("c", "a"), 10));
        Assert.Empty(await RangeAsync("none", new("a", "z"), 10));
    }

    [Fact]
    public async Task Range_WhenRowsAreDeletedBehindIt_GoesOn()
    {
        var batch = new Batch(Table, "p");
        for (var i = 0; i < 10; i++)
            batch.Insert($"k{i}", Bytes("x"));
        await Store.CommitAsync(batch);
        var seen = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Store.ReadRangeAsync(Table, "p", new("k", "l"), 3, continuation);
            foreach (var row in page.Rows)
            {
                seen.Add(row.Key);
                await Store.CommitAsync(new Batch(Table, "p").DeleteIf(row.Key, row.ETag));
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);

        Assert.Equal(10, seen.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task Range_WhenLimitIsOutOfBounds_IsABug(int limit) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () =>
        {
            await Store.ReadRangeAsync(Table, "p", new("a", "b"), limit);
            await Store.ReadRangeAsync(Table, "p", new("a", "b"), limit);
        });

    [Fact]
    public async Task Batch_WhenAtItsLimits_IsStored()
    {
        var batch = new Batch(Table, new string('p', Batch.MaxKeyLength));
        var left = Batch.MaxBytes;
        for (var i = 0; i < Batch.MaxOperations; i++)
        {
            var size = Math.Min(left, i < 4 ? Batch.MaxRowBytes : 4096);
            batch.Insert(new string('r', Batch.MaxKeyLength - 2) + i.ToString("D2", System.Globalization.CultureInfo.InvariantCulture), Pattern(size, i));
            left -= size;
        }

        Assert.True((await Store.CommitAsync(batch)).Committed);
        foreach (var operation in batch.Operations)
            Assert.True((await Store.ReadAsync(Table, batch.Partition, operation.Row))!.Value.Span.SequenceEqual(operation.Value.Span));
    }

    [Fact]
    public async Task Range_WhenRowsAreLarge_StillReadsAll()
    {
        for (var i = 0; i < 12; i++)
            await Store.CommitAsync(new Batch(Table, "p").Insert($"k{i:D2}", Pattern(Batch.MaxRowBytes, i)));

        Assert.Equal(12, (await RangeAsync("p", new("k", "l"), 1000)).Count);
    }

    private async Task ReopenAsync() => Store = await OpenAsync();

    private static Batch Conditional(BatchAction action, ETag etag) => action == BatchAction.Replace
        ? new Batch(Table, "p").Replace("a", etag, Bytes("9"))
        : new Batch(Table, "p").DeleteIf("a", etag);

    private Task<List<string>> AllAsync(string partition) => RangeAsync(partition, new("!", "~~~~"), 1000);

    private async Task<List<string>> RangeAsync(string partition, KeyRange range, int limit)
    {
        var rows = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Store.ReadRangeAsync(Table, partition, range, limit, continuation);
            Assert.True(page.Rows.Count <= limit);
            rows.AddRange(page.Rows.Select(r => $"{r.Key}={(r.Value.Length > 100 ? "…" : Text(r))}"));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return rows;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(Row row) => Encoding.UTF8.GetString(row.Value.Span);

    private static byte[] Pattern(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

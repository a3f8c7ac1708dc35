using HotlinePush.Comments;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Tests.Comments;

/// <summary>Rows read for a page, a list or the figures: the same for sixty comments and for two thousand.</summary>
public sealed class CommentCostTests : IAsyncLifetime
{
    private readonly CountedReads _reads = new();
    private HotlineApp _app = null!;
    private ConsultationApi _api = null!;

    public async Task InitializeAsync()
    {
        _app = new() { Change = _reads.Watch };
        await _app.InitializeAsync();
        _api = new(_app);
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Rows_ReadForAnything_AreAsManyForAFewCommentsAsForThousands()
    {
        var (few, many) = (await FilledAsync(60), await FilledAsync(2_000));
        var figures = await _api.FiguresAsync(many);
        Assert.Equal((2_000, 1_000, 1_000), (figures.GetProperty("received").GetInt32(), figures.GetProperty("published").GetInt32(), figures.GetProperty("held").GetInt32()));

        foreach (var (path, key, most) in ((string, string?, int)[])
        [
            ("/api/v1/consultations/{id}", null, 20), ("/api/v1/consultations/{id}/summary", null, 20), ("/api/v1/consultations/{id}/comments?limit=20", null, 60),
            ("/api/v1/consultations/{id}/comments?limit=10&sectionId=s2", null, 60), ("/api/v1/consultations/{id}/comments?state=held&limit=20", ConsultationApi.Office, 60),
            ("/api/v1/consultations/{id}/groups", ConsultationApi.Office, 20), ("/consultations/{id}", null, 80),
        ])
        {
            var (small, large) = (await ReadAsync(path, few, key), await ReadAsync(path, many, key));
            Assert.True(small == large && small <= most, $"{path}: {small} rows for 60 comments, {large} for 2,000; at most {most}.");
        }
    }

    private async Task<int> ReadAsync(string path, string id, string? key)
    {
        using var client = _app.As(key);
        // The set-up, the key and the page's tokens are read once and kept.
        for (var warm = 0; warm < 2; warm++)
            (await client.GetAsync(path.Replace("{id}", id, StringComparison.Ordinal))).EnsureSuccessStatusCode();
        _reads.Clear();
        (await client.GetAsync(path.Replace("{id}", id, StringComparison.Ordinal))).EnsureSuccessStatusCode();
        return _reads.Of(id);
    }

    private async Task<string> FilledAsync(int count)
    {
        var id = await _api.OpenAsync();
        var store = _app.Services().GetRequiredService<CommentStore>();
        var now = await _app.NowAsync();
        for (var i = 0; i < count; i++)
        {
            var cid = Comment.NewId();
            await store.AddAsync(new()
            {
                Id = cid,
                ConsultationId = id,
                Section = i % 3 == 0 ? null : i % 2,
                Text = store.Seal(cid, $"第 {i} 条意见"),
                ReceivedAt = now.AddSeconds(i),
                Channel = CommentChannel.Web,
                State = i % 2 == 0 ? CommentState.Published : CommentState.Held,
                GroupId = cid,
            }, null, null, null, [], default);
        }

        return id;
    }

    /// <summary>Rows read of one consultation.</summary>
    private sealed class CountedReads
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _rows = new();

        public void Clear() => _rows.Clear();

        public int Of(string id) => _rows.Count(r => r.StartsWith($"c!{id}!", StringComparison.Ordinal));

        public void Watch(IServiceCollection services)
        {
            var inner = services.Last(d => d.ServiceType == typeof(ITableStore)).ImplementationFactory!;
            services.Replace(ServiceDescriptor.Singleton<ITableStore>(s => new Store((ITableStore)inner(s), _rows)));
        }

        private sealed class Store(ITableStore inner, System.Collections.Concurrent.ConcurrentQueue<string> rows) : ITableStore
        {
            public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default)
            {
                rows.Enqueue(row);
                return inner.ReadAsync(table, partition, row, ct);
            }

            public async Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default)
            {
                var page = await inner.ReadRangeAsync(table, partition, range, limit, continuation, ct);
                foreach (var row in page.Rows)
                    rows.Enqueue(row.Key);
                return page;
            }

            public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default) => inner.CommitAsync(batch, ct);
        }
    }
}

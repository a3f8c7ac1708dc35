using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using HotlinePush.Storage;
using HotlinePush.Tests.Storage;

namespace HotlinePush.Azure.Tests;

public sealed class AzureTableStoreTests : TableStoreContract
{
    private readonly StorageEmulator _emulator = new();

    protected override Task<ITableStore> OpenAsync() => Task.FromResult<ITableStore>(_emulator.Store());

    protected override Task CloseAsync() => _emulator.CleanAsync();
}

/// <summary>What the way to the cloud may do to a transaction.</summary>
public sealed class LostAnswersTests : IAsyncLifetime
{
    private readonly StorageEmulator _emulator = new();
    private readonly UnreliableTransport _way = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _emulator.CleanAsync();

    [Theory]
    [InlineData(BatchAction.Insert)]
    [InlineData(BatchAction.Upsert)]
    [InlineData(BatchAction.Replace)]
    public async Task Commit_WhenItsAnswerIsLost_IsRecognisedAndNotDoneTwice(BatchAction action)
    {
        var store = _emulator.Store(_way);
        var before = await store.CommitAsync(new Batch("things", "p").Insert("old", Encoding.UTF8.GetBytes("1")));
        _way.LoseAnswers = 1;

        var batch = new Batch("things", "p");
        var result = await store.CommitAsync(action switch
        {
            BatchAction.Insert => batch.Insert("a", "2"u8.ToArray()),
            BatchAction.Upsert => batch.Upsert("a", "2"u8.ToArray()),
            _ => batch.Replace("old", before.ETags["old"], "2"u8.ToArray()),
        });

        Assert.True(result.Committed);
        Assert.Equal(0, _way.LoseAnswers);
        var row = action == BatchAction.Replace ? "old" : "a";
        Assert.Equal((await store.ReadAsync("things", "p", row))!.ETag, result.ETags[row]);
        Assert.Equal(1, _way.Sent(batch.CommitId));
    }

    [Fact]
    public async Task Commit_WhenThrottled_WaitsAndIsDone()
    {
        var store = _emulator.Store(_way);
        await store.CommitAsync(new Batch("things", "p").Insert("a", "1"u8.ToArray()));
        _way.Busy = 2;

        Assert.True((await store.CommitAsync(new Batch("things", "p").Upsert("a", "2"u8.ToArray()))).Committed);
        Assert.Equal(0, _way.Busy);
    }

    [Fact]
    public async Task Commit_WhenTheAccountIsOutOfReach_SaysSoAsTransient()
    {
        var store = _emulator.Store(_way);
        _way.Busy = int.MaxValue;

        Assert.True((await Assert.ThrowsAsync<TableStoreException>(() => store.CommitAsync(new Batch("things", "p").Insert("a", default)))).IsTransient);
    }

    private sealed class UnreliableTransport : HttpPipelineTransport
    {
        private readonly HttpClientTransport _inner = new();
        private readonly List<string> _sent = [];

        public int LoseAnswers { get; set; }
        public int Busy { get; set; }

        public int Sent(string commitId) => _sent.Count(s => s.Contains(commitId, StringComparison.Ordinal));

        public override async ValueTask ProcessAsync(HttpMessage message)
        {
            if (Busy > 0)
            {
                Busy--;
                message.Response = new BusyResponse();
                return;
            }

            using var body = new MemoryStream();
            if (message.Request.Content is { } content)
                await content.WriteToAsync(body, message.CancellationToken);
            _sent.Add(Encoding.UTF8.GetString(body.ToArray()));
            await _inner.ProcessAsync(message);
            if (message.Request.Uri.ToString().Contains("$batch", StringComparison.Ordinal) && LoseAnswers > 0)
            {
                LoseAnswers--;
                throw new IOException("The connection was cut before the answer.");
            }
        }

        public override void Process(HttpMessage message) => _inner.Process(message);

        public override Request CreateRequest() => _inner.CreateRequest();
    }

    private sealed class BusyResponse : Response
    {
        public override int Status => 503;
        public override string ReasonPhrase => "Server Busy";
        public override Stream? ContentStream { get; set; }
        public override string ClientRequestId { get; set; } = "";
        public override void Dispose() { }
        protected override bool ContainsHeader(string name) => false;
        protected override IEnumerable<HttpHeader> EnumerateHeaders() => [];
        protected override bool TryGetHeader(string name, out string value) => (value = "") is null;
        protected override bool TryGetHeaderValues(string name, out IEnumerable<string> values) => (values = []) is null;
    }
}

using System.Text;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Security;

public class ApiKeysTests
{
    private readonly MemoryTableStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly ApiKeys _keys;
    private readonly ApiKeys _elsewhere;

    public ApiKeysTests() => (_keys, _elsewhere) = (new(_store, _clock), new(_store, _clock));

    [Fact]
    public async Task Key_WhenIssued_ActsInItsRole()
    {
        var issued = await _keys.Issue(Role.Unit, "water", "水务局");
        Assert.Matches("^hp_[A-Za-z0-9_-]{43}$", issued.Plain);
        Assert.Equal(new Actor(Role.Unit, issued.Key.Id, "water"), await _keys.FindAsync(issued.Plain));
        Assert.Equal(new Actor(Role.Unit, issued.Key.Id, "water"), await _elsewhere.FindAsync(issued.Plain));
        Assert.True(await _keys.IsLiveAsync(issued.Key.Id));
    }

    [Fact]
    public async Task Key_IsStoredHashed()
    {
        var issued = await _keys.Issue(Role.Desk, null, "席位1");
        var row = await _store.ReadAsync(ApiKeys.Table, issued.Key.Id[..1], issued.Key.Id);
        Assert.DoesNotContain(issued.Plain[3..], Encoding.UTF8.GetString(row!.Value.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("hp_")]
    [InlineData("demo-desk")]
    [InlineData("\ud800")]
    public async Task Key_WhenUnknown_IsNobodys(string? plain) => Assert.Null(await _keys.FindAsync(plain));

    [Fact]
    public async Task Key_WhenRevoked_StopsHereAtOnce_AndElsewhereWithinTenSeconds()
    {
        var issued = await _keys.Issue(Role.Desk, null, "席位1");
        Assert.NotNull(await _keys.FindAsync(issued.Plain));
        Assert.NotNull(await _elsewhere.FindAsync(issued.Plain));
        Assert.True(await _keys.Revoke(issued.Key.Id));
        Assert.Null(await _keys.FindAsync(issued.Plain));
        Assert.False(await _keys.IsLiveAsync(issued.Key.Id));
        _clock.Advance(ApiKeys.Remembered);
        Assert.Null(await _elsewhere.FindAsync(issued.Plain));
    }

    [Fact]
    public async Task Key_WhenTheClockIsSetBack_IsNotRememberedLonger()
    {
        var issued = await _keys.Issue(Role.Desk, null, "席位1");
        Assert.NotNull(await _elsewhere.FindAsync(issued.Plain));
        await _keys.Revoke(issued.Key.Id);
        _clock.Advance(TimeSpan.FromHours(-1));
        Assert.Null(await _elsewhere.FindAsync(issued.Plain));
    }

    [Fact]
    public async Task Key_WhenAskedForAgain_IsReadOnce_KnownOrNot()
    {
        var issued = await _keys.Issue(Role.Desk, null, "席位1");
        var before = _store.Reads;
        for (var i = 0; i < 5; i++)
        {
            await _keys.FindAsync(issued.Plain);
            await _keys.FindAsync("hp_unknown");
        }

        Assert.Equal(before + 2, _store.Reads);
    }

    [Fact]
    public async Task Key_WhenRevokedWhileItIsRead_IsNotRememberedAsLive()
    {
        var gate = new GatedStore(_store);
        var keys = new ApiKeys(gate, _clock);
        var issued = await keys.Issue(Role.Desk, null, "席位1");
        var held = gate.HoldNextRead();
        var finding = keys.FindAsync(issued.Plain);
        await keys.Revoke(issued.Key.Id);
        held.SetResult();
        await finding;
        Assert.Null(await keys.FindAsync(issued.Plain));
    }

    [Fact]
    public async Task Revoke_WhenThereIsNoSuchKey_SaysSo()
    {
        Assert.False(await _keys.Revoke("0123456789abcdef"));
        Assert.False(await _keys.Revoke("../keys"));
        var issued = await _keys.Issue(Role.Desk, null, "席位1");
        Assert.True(await _keys.Revoke(issued.Key.Id));
        var first = (await _keys.ListAsync()).Single().RevokedAt;
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await _keys.Revoke(issued.Key.Id));
        Assert.Equal(first, (await _keys.ListAsync()).Single().RevokedAt);
        Assert.NotNull(first);
    }

    [Fact]
    public async Task List_HoldsAllKeys_OldestFirst()
    {
        var names = Enumerable.Range(1, 40).Select(i => $"席位{i}").ToList();
        foreach (var name in names)
        {
            await _keys.Issue(Role.Desk, null, name);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(names, (await _keys.ListAsync()).Select(k => k.Name));
    }

    [Fact]
    public async Task FixedKey_WorksOnlyWhereFixedKeysAreAllowed()
    {
        var demo = new ApiKeys(_store, _clock, allowFixed: true);
        Assert.Null(await demo.FindAsync("demo-unit-water"));
        var first = await demo.IssueFixed("demo-unit-water", Role.Unit, "water");
        Assert.Equal(first, await demo.IssueFixed("demo-unit-water", Role.Unit, "water"));
        Assert.Equal("water", (await demo.FindAsync("demo-unit-water"))?.UnitId);
        Assert.Null(await _keys.FindAsync("demo-unit-water"));
    }

    [Fact]
    public async Task Issue_WhenTheRoleIsNoKeys_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _keys.Issue(Role.Unit, null, "x"));
        foreach (var role in new[] { Role.Public, Role.Resident, Role.System })
            await Assert.ThrowsAsync<ArgumentException>(() => _keys.Issue(role, null, "x"));
    }

    private sealed class GatedStore(ITableStore inner) : ITableStore
    {
        private TaskCompletionSource? _held;

        public TaskCompletionSource HoldNextRead() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default)
        {
            var found = await inner.ReadAsync(table, partition, row, ct);
            if (Interlocked.Exchange(ref _held, null) is { } held)
                await held.Task;
            return found;
        }

        public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
            inner.ReadRangeAsync(table, partition, range, limit, continuation, ct);

        public Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default) => inner.CommitAsync(batch, ct);
    }
}

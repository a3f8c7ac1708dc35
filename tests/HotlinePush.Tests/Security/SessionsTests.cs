using HotlinePush.Security;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Security;

public class SessionsTests
{
    private static readonly Actor Clerk = new(Role.Unit, "0123456789abcdef", "water");

    private readonly MemoryTableStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly Sessions _sessions;

    public SessionsTests() => _sessions = new(_store, _clock);

    [Fact]
    public async Task Session_WhenCreated_IsFoundByItsIdAlone()
    {
        var id = await _sessions.CreateAsync(Clerk);
        Assert.Equal(Clerk, (await _sessions.FindAsync(id))?.Actor);
        Assert.Equal(Clerk, (await new Sessions(_store, _clock).FindAsync(id))?.Actor);
        Assert.Null(await _sessions.FindAsync(id[..42] + (id[42] == 'A' ? 'E' : 'A')));
        Assert.Null(await _sessions.FindAsync(null));
        Assert.Null(await _sessions.FindAsync(""));
    }

    [Fact]
    public async Task Session_WhenIdleForAnHour_IsGone()
    {
        var id = await _sessions.CreateAsync(Clerk);
        _clock.Advance(Sessions.IdleLimit - TimeSpan.FromSeconds(1));
        Assert.NotNull(await _sessions.FindAsync(id));
        _clock.Advance(Sessions.IdleLimit - TimeSpan.FromSeconds(1));
        Assert.NotNull(await _sessions.FindAsync(id));
        _clock.Advance(Sessions.IdleLimit);
        Assert.Null(await _sessions.FindAsync(id));
    }

    [Fact]
    public async Task Session_AfterTwelveHours_IsGoneHoweverBusy()
    {
        var id = await _sessions.CreateAsync(Clerk);
        for (var passed = TimeSpan.Zero; passed < Sessions.Lifetime; passed += TimeSpan.FromMinutes(30))
        {
            Assert.NotNull(await _sessions.FindAsync(id));
            _clock.Advance(TimeSpan.FromMinutes(30));
        }

        Assert.Null(await _sessions.FindAsync(id));
    }

    [Fact]
    public async Task Session_WhenUsedTwiceInAMinute_WritesNothing()
    {
        var id = await _sessions.CreateAsync(Clerk);
        var before = _store.Commits;
        _clock.Advance(TimeSpan.FromSeconds(59));
        await _sessions.FindAsync(id);
        Assert.Equal(before, _store.Commits);
    }

    [Fact]
    public async Task Session_WhenEnded_IsGone()
    {
        var id = await _sessions.CreateAsync(Clerk);
        await _sessions.EndAsync(id);
        await _sessions.EndAsync(id);
        await _sessions.EndAsync(null);
        Assert.Null(await _sessions.FindAsync(id));
    }

    [Fact]
    public async Task RemoveExpired_RemovesTheExpiredAlone()
    {
        for (var i = 0; i < 300; i++)
            await _sessions.CreateAsync(Clerk);
        _clock.Advance(Sessions.IdleLimit);
        var live = await _sessions.CreateAsync(Clerk);
        Assert.Equal(300, await _sessions.RemoveExpiredAsync());
        Assert.Equal(0, await _sessions.RemoveExpiredAsync());
        Assert.NotNull(await _sessions.FindAsync(live));
    }
}

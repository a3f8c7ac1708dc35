using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Security;

public sealed class AccountSignInTests
{
    private const string Right = "correct horse battery";
    private readonly MemoryTableStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly AccountStore _accounts;
    private readonly AccountSignIn _signIn;

    public AccountSignInTests()
    {
        _accounts = new(_store, _clock);
        _signIn = new(_accounts, _clock);
    }

    private async Task<Account> PersonAsync(string name = "zhang.wei", bool isFixed = false) => (await _accounts.CreateAsync(new(AccountStore.IdOf(name), name, "张伟", Role.Unit, "water", Position.Clerk)
    {
        PasswordHash = _signIn.Hash(Right),
        Stamp = AccountRules.NewStamp(),
        IsFixed = isFixed,
    })).Account;

    [Fact]
    public async Task SignIn_WithNameAndPassword_IsTheAccountsPerson()
    {
        var account = await PersonAsync();

        var found = await _signIn.TryAsync(" Zhang.Wei ", Right);

        Assert.Equal(new Actor(Role.Unit, account.Id, "water", Position.Clerk), found?.ToActor());
        Assert.Equal(_clock.GetUtcNow(), found!.LastSignInAt);
        Assert.Null(await _signIn.TryAsync("zhang.wei", Right + " "));
        Assert.Null(await _signIn.TryAsync("nobody", Right));
    }

    [Fact]
    public async Task Account_AfterFiveWrongPasswords_IsLockedForFifteenMinutes()
    {
        await PersonAsync();
        for (var i = 0; i < 4; i++)
            Assert.Null(await _signIn.TryAsync("zhang.wei", "wrong"));
        Assert.NotNull(await _signIn.TryAsync("zhang.wei", Right));
        for (var i = 0; i < 5; i++)
            Assert.Null(await _signIn.TryAsync("zhang.wei", "wrong"));

        Assert.Null(await _signIn.TryAsync("zhang.wei", Right));
        _clock.Advance(AccountSignIn.LockedFor - TimeSpan.FromSeconds(1));
        Assert.Null(await _signIn.TryAsync("zhang.wei", Right));
        _clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 4; i++)
            Assert.Null(await _signIn.TryAsync("zhang.wei", "wrong"));
        Assert.NotNull(await _signIn.TryAsync("zhang.wei", Right));
    }

    [Fact]
    public async Task Guessing_ManyAtOnce_GetsNoMoreTriesThanOneAfterAnother()
    {
        var account = await PersonAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => _signIn.TryAsync("zhang.wei", $"guess {i}"))));

        Assert.All(answers, Assert.Null);
        var stored = await _accounts.ReadAsync(account.Id);
        Assert.Equal(AccountSignIn.Tries, stored!.Failed);
        Assert.True(stored.IsLocked(_clock.GetUtcNow()));
    }

    [Fact]
    public async Task UnknownName_CostsAHashAndAWrite_AsAKnownOneDoes()
    {
        await PersonAsync();
        var before = _store.Commits;
        await _signIn.TryAsync("zhang.wei", "wrong");
        var known = _store.Commits - before;
        await _signIn.TryAsync("nobody", "wrong");

        Assert.Equal(known, _store.Commits - before - known);
        Assert.Single(await _accounts.ListAsync());
    }

    [Fact]
    public async Task Account_WhenDisabledElsewhere_WorksTenSecondsAtMost()
    {
        var account = await PersonAsync();
        var here = new AccountStore(_store, _clock);
        Assert.NotNull(await here.HolderAsync(account.Id, account.Stamp));

        await _accounts.ChangeAsync(account.Id, a => a with { Disabled = true, Stamp = "other" });

        Assert.Null(await _accounts.HolderAsync(account.Id, account.Stamp));
        Assert.NotNull(await here.HolderAsync(account.Id, account.Stamp));
        _clock.Advance(AccountStore.Remembered);
        Assert.Null(await here.HolderAsync(account.Id, account.Stamp));
        Assert.Null(await _signIn.TryAsync("zhang.wei", Right));
        Assert.Equal("张伟", await here.ReadNameAsync(account.Id));
    }

    [Fact]
    public async Task Session_OpenedUnderANewStamp_HoldsWhereTheOldOneIsStillRemembered()
    {
        var account = await PersonAsync();
        var elsewhere = new AccountStore(_store, _clock);
        Assert.NotNull(await elsewhere.HolderAsync(account.Id, account.Stamp));

        var changed = await _signIn.SetAsync(account.Id, "a whole new sentence", mustChange: false);

        Assert.NotNull(await elsewhere.HolderAsync(account.Id, changed!.Stamp));
        Assert.Null(await elsewhere.HolderAsync(account.Id, account.Stamp));
    }

    [Fact]
    public async Task FixedAccount_OutsideDemonstrations_IsRefused()
    {
        var account = await PersonAsync(isFixed: true);
        var demo = new AccountStore(_store, _clock, allowFixed: true);

        Assert.Null(await _signIn.TryAsync("zhang.wei", Right));
        Assert.Null(await _accounts.LiveAsync(account.Id));
        Assert.NotNull(await new AccountSignIn(demo, _clock).TryAsync("zhang.wei", Right));
    }

    [Theory]
    [InlineData("short one", "passwordShort")]
    [InlineData("Password1234", "passwordCommon")]
    [InlineData("aaaaaaaaaaaab", "passwordCommon")]
    [InlineData("my ZHANG.WEI is here", "passwordName")]
    [InlineData("我的名字是张伟，今年四十岁", "passwordName")]
    [InlineData("今天天气真好我们去散步吧", null)]
    [InlineData("correct horse battery", null)]
    public async Task Password_IsJudgedByLengthNameAndCommonness(string password, string? code)
    {
        var refusal = AccountRules.Password(password, await PersonAsync(), "chosen");

        Assert.Equal(code, refusal?.Errors?["chosen"][0].Split(':')[0]);
    }

    [Theory]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"name","val":"x"},{"typ":"preferred_username","val":"wang@city.gov.cn"}],"name_typ":"n","role_typ":"r"}""", "wang@city.gov.cn")]
    [InlineData("""{"claims":[{"typ":"preferred_username","val":"a"},{"typ":"preferred_username","val":"b"}]}""", null)]
    [InlineData("""{"claims":[{"typ":"name","val":"x"}]}""", null)]
    [InlineData("""{"claims":[{"typ":"preferred_username","val":7}]}""", null)]
    [InlineData("""{"claims":{"typ":"preferred_username"}}""", null)]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    public void PlatformHeader_GivesTheOneClaimThatIsAskedFor(string json, string? name)
    {
        var header = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(json));

        Assert.Equal(name, PlatformIdentity.ClaimOf(header, "preferred_username"));
        Assert.Null(PlatformIdentity.ClaimOf("not base64", "preferred_username"));
        Assert.Null(PlatformIdentity.ClaimOf("", "preferred_username"));
    }
}

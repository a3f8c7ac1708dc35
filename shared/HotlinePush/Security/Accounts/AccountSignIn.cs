using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace HotlinePush.Security.Accounts;

/// <summary>
/// Passwords: checked, given, changed. A try is counted before the password is looked at and under the row's ETag, so that many at once
/// get no more tries than one after another.
/// </summary>
/// <param name="engine">Engine time.</param>
public sealed class AccountSignIn(AccountStore accounts, TimeProvider engine)
{
    public const int Tries = 5;
    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(15);

    // OWASP's figure for PBKDF2 with HMAC-SHA512.
    private const int Iterations = 210_000;

    private readonly PasswordHasher<string> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly Lazy<string> _nobodys = new(() =>
        new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = Iterations })).HashPassword("", AccountRules.Temporary()));

    public string Hash(string password) => _hasher.HashPassword("", password);

    /// <summary>The account, or null: a wrong name, a wrong password, a locked and a disabled account are one answer and about the same work.</summary>
    /// <param name="userName">As typed.</param>
    public async Task<Account?> TryAsync(string userName, string password, CancellationToken ct = default)
    {
        var id = AccountStore.IdOf(AccountRules.Normal(userName));
        var now = engine.GetUtcNow();
        var counted = false;
        var account = accounts.Usable(await accounts.ChangeAsync(id, a =>
        {
            counted = accounts.Usable(a) is not null && !a.IsLocked(now);
            return counted ? Counted(a, now) : null;
        }, ct));
        if (account is null || !counted)
        {
            await accounts.PretendAsync(ct);
            _hasher.VerifyHashedPassword("", _nobodys.Value, password);
            return null;
        }

        var verified = _hasher.VerifyHashedPassword("", account.PasswordHash, password);
        if (verified == PasswordVerificationResult.Failed)
            return null;
        var hash = verified == PasswordVerificationResult.SuccessRehashNeeded ? Hash(password) : null;
        var changed = await accounts.ChangeAsync(id, a => a.PasswordHash != account.PasswordHash ? null : a with
        {
            Failed = 0,
            LockedUntil = null,
            LastSignInAt = now,
            PasswordHash = hash ?? a.PasswordHash,
        }, ct);
        // Changed or disabled while it was being checked: what was typed is no longer the password.
        return accounts.Usable(changed) is { Failed: 0 } signedIn ? signedIn : null;
    }

    /// <summary>Sets a password and ends every session of the account.</summary>
    public Task<Account?> SetAsync(string id, string password, bool mustChange, CancellationToken ct = default)
    {
        var (hash, stamp) = (Hash(password), AccountRules.NewStamp());
        return accounts.ChangeAsync(id, a => a with
        {
            PasswordHash = hash,
            Stamp = stamp,
            MustChange = mustChange,
            IsFixed = false,
            Failed = 0,
            LockedUntil = null,
            Version = a.Version + (mustChange ? 1 : 0),
        }, ct);
    }

    private static Account Counted(Account account, DateTimeOffset now)
    {
        // A lock that has run out gives all tries anew.
        var failed = (account.LockedUntil is null ? account.Failed : 0) + 1;
        return account with { Failed = failed, LockedUntil = failed >= Tries ? now + LockedFor : null };
    }
}

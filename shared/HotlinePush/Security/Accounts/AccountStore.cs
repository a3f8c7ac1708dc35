using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Storage;

namespace HotlinePush.Security.Accounts;

/// <summary>
/// The accounts of the staff. A row's key is made of the user name, so that a name is taken once and looking it up is a point read.
/// Who may still act is remembered for <see cref="Remembered"/>: an account disabled on another instance works no longer than that.
/// </summary>
/// <param name="engine">Engine time.</param>
/// <param name="allowFixed">Whether accounts with published passwords are accepted. Data seeded by a demonstration still holds them.</param>
public sealed class AccountStore(ITableStore store, TimeProvider engine, bool allowFixed = false)
{
    public const string Table = "accounts";
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);
    private const int HashLength = 16;
    private const int MaxRemembered = 4096;

    private readonly record struct Memory(Account? Account, DateTimeOffset At);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Memory> _known = new(StringComparer.Ordinal);
    private int _changes;

    /// <param name="userName">As <see cref="AccountRules.Normal"/> writes it.</param>
    public static string IdOf(string userName) => "u" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userName)))[..HashLength];

    public static bool IsId(string id) => id.Length == HashLength + 1 && id[0] == 'u' && id.AsSpan(1).IndexOfAnyExcept("0123456789abcdef") < 0;

    /// <returns>The account as stored; where the name is taken, the one that has it.</returns>
    public async Task<(Account Account, bool Created)> CreateAsync(Account account, CancellationToken ct = default)
    {
        var result = await store.CommitAsync(new Batch(Table, PartitionOf(account.Id)).Insert(account.Id, Write(account)), ct);
        Forget(account.Id);
        if (result.Committed)
            return (account, true);
        return ((await ReadAsync(account.Id, ct)) ?? throw new InvalidOperationException("An account that is there cannot be read."), false);
    }

    /// <summary>As it stands in the store, disabled ones too.</summary>
    public async Task<Account?> ReadAsync(string id, CancellationToken ct = default) =>
        IsId(id) && await store.ReadAsync(Table, PartitionOf(id), id, ct) is { } row ? Read(row) : null;

    /// <summary>Who may act: null for a disabled account or none.</summary>
    public async ValueTask<Account?> LiveAsync(string id, CancellationToken ct = default) => Usable(await RememberedAsync(id, ct));

    /// <summary>What an account's holder is called, also after the account was disabled.</summary>
    public async ValueTask<string?> ReadNameAsync(string id, CancellationToken ct = default) => (await RememberedAsync(id, ct))?.DisplayName;

    private async ValueTask<Account?> RememberedAsync(string id, CancellationToken ct)
    {
        if (!IsId(id))
            return null;
        int changes;
        var at = engine.GetUtcNow();
        lock (_lock)
        {
            // A clock set back must not lengthen a memory.
            if (_known.TryGetValue(id, out var memory) && at - memory.At is var age && age >= TimeSpan.Zero && age < Remembered)
                return memory.Account;
            changes = _changes;
        }

        var account = await ReadAsync(id, ct);
        lock (_lock)
        {
            // An account disabled here while it was being read must not be remembered as live.
            if (changes == _changes)
            {
                if (_known.Count >= MaxRemembered)
                    _known.Clear();
                _known[id] = new(account, at);
            }
        }

        return account;
    }

    /// <summary>The holder of a session, while account and stamp hold.</summary>
    public async ValueTask<Account?> HolderAsync(string id, string? stamp, CancellationToken ct = default)
    {
        var account = await LiveAsync(id, ct);
        if (account is null || account.Stamp == stamp)
            return account;
        // The session may be younger than what is remembered here: the password was changed on another instance a moment ago.
        Forget(id);
        return await LiveAsync(id, ct) is { } now && now.Stamp == stamp ? now : null;
    }

    public Account? Usable(Account? account) => account is null or { Disabled: true } || (account.IsFixed && !allowFixed) ? null : account;

    /// <summary>Changes an account as it stands; decided again where somebody was faster.</summary>
    /// <param name="change">The new value, or null to leave it.</param>
    /// <returns>What stands now; null where there is no such account.</returns>
    public async Task<Account?> ChangeAsync(string id, Func<Account, Account?> change, CancellationToken ct = default)
    {
        if (!IsId(id))
            return null;
        while (await store.ReadAsync(Table, PartitionOf(id), id, ct) is { } row)
        {
            var account = Read(row);
            if (change(account) is not { } changed)
                return account;
            var result = await store.CommitAsync(new Batch(Table, PartitionOf(id)).Replace(id, row.ETag, Write(changed)), ct);
            Forget(id);
            if (result.Committed)
                return changed;
        }

        return null;
    }

    /// <summary>All accounts, disabled ones too, by user name.</summary>
    public async Task<IReadOnlyList<Account>> ListAsync(CancellationToken ct = default)
    {
        var accounts = new List<Account>();
        foreach (var partition in "0123456789abcdef")
        {
            await foreach (var row in store.ReadAllAsync(Table, partition.ToString(), new("u", "v"), ct: ct))
                accounts.Add(Read(row));
        }

        return [.. accounts.OrderBy(a => a.UserName, StringComparer.Ordinal)];
    }

    /// <summary>Costs what counting a wrong password costs, for names that nobody has.</summary>
    internal Task PretendAsync(CancellationToken ct) => store.CommitAsync(new Batch(Table, "nobody").Upsert("nobody", "{}"u8.ToArray()), ct);

    private void Forget(string id)
    {
        lock (_lock)
        {
            _changes++;
            _known.Remove(id);
        }
    }

    private static string PartitionOf(string id) => id[1..2];

    private static Account Read(Row row) => JsonSerializer.Deserialize<Account>(row.Value.Span, PersonalJson.PlainOptions)!;

    private static byte[] Write(Account account) => JsonSerializer.SerializeToUtf8Bytes(account, PersonalJson.PlainOptions);
}

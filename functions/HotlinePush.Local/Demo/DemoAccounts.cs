using HotlinePush.Security;
using HotlinePush.Security.Accounts;

namespace HotlinePush.Local.Demo;

/// <summary>The demonstration's people: one password, known to everybody, accepted by a host started with <c>--demo</c> only.</summary>
public static class DemoAccounts
{
    public const string Password = "yunze-demo-12345";

    private const string Unit = "city-urban";
    private const string Office = "city-civil";

    public static readonly IReadOnlyList<(string UserName, string DisplayName, Role Role, string? UnitId, Position? Position)> Staff =
    [
        ("desk", "林晓雯", Role.Desk, null, null),
        ("clerk", "周建国", Role.Unit, Unit, Position.Clerk),
        ("clerk2", "何秀英", Role.Unit, Unit, Position.Clerk),
        ("head", "罗志远", Role.Unit, Unit, Position.Head),
        ("supervisor", "沈国栋", Role.Supervisor, null, null),
        ("publisher", "唐雨欣", Role.Publisher, Office, null),
        ("reviewer", "贺长青", Role.Reviewer, Office, null),
        ("admin", "系统管理员", Role.Admin, null, null),
    ];

    // Slow on purpose, and the same for all of them: once a process.
    private static string? _hash;

    public static async Task CreateAsync(AccountStore accounts, AccountSignIn signIn, TimeProvider engine, CancellationToken ct)
    {
        _hash ??= signIn.Hash(Password);
        foreach (var (name, display, role, unit, position) in Staff)
            await accounts.CreateAsync(new(AccountStore.IdOf(name), name, display, role, unit, position)
            {
                PasswordHash = _hash,
                CreatedAt = engine.GetUtcNow(),
                Stamp = AccountRules.NewStamp(),
                IsFixed = true,
            }, ct);
    }
}

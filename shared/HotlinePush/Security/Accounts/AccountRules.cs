using System.Collections.Frozen;
using System.Security.Cryptography;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Security.Accounts;

/// <summary>What accounts and passwords must be.</summary>
public static class AccountRules
{
    public const int MaxName = 100;
    public const int MinPassword = 12;

    /// <summary>In UTF-16 units; a bound on the work of hashing.</summary>
    public const int MaxPassword = 128;

    // No letters that look like digits or like one another: people copy it from paper.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>The commonest of at least twelve characters in published lists of stolen passwords, and what somebody at a hotline would think of.</summary>
    private static readonly FrozenSet<string> Common = new[]
    {
        "123456789012", "1234567890123", "123456789abc", "1234567890ab", "012345678910", "123123123123", "121212121212", "112233445566", "123456123456",
        "1234567890qw", "1q2w3e4r5t6y", "1qaz2wsx3edc", "qwertyuiop12", "qwertyuiop123", "qwerty123456", "qwertyqwerty", "qazwsxedcrfv", "asdfghjkl123",
        "abcdefghijkl", "abcdefg12345", "abcd12345678", "abc123456789", "aa123456789012", "a12345678901", "a1b2c3d4e5f6", "password1234", "password12345",
        "password123456", "passwordpassword", "passw0rd1234", "administrator", "administrator1", "admin1234567", "admin123456789", "iloveyou1234", "woaini520131",
        "woaini1314520", "5201314520131", "letmein12345", "welcome12345", "changeme1234", "hotline12345", "12345hotline", "hotlinepush1", "beijing12345", "zhengfu12345",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static string Normal(string userName) => userName.Trim().ToLowerInvariant();

    public static bool IsUserName(string text) =>
        text.Length is >= 2 and <= 64 && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '_' or '@' or '-');

    /// <summary>Who belongs to a unit has to name it; who does not must not.</summary>
    /// <param name="isKey">Other platforms have keys and no accounts: they sign in to no page.</param>
    public static Check Place(this Check check, Role role, string? unitId, Position? position, City city, bool isKey = false)
    {
        if (role is Role.Public or Role.Resident or Role.System || (role == Role.Platform && !isKey))
            return check.Add("role", "unknownWord", $"应为以下之一：desk、unit、supervisor、publisher、reviewer、admin{(isKey ? "、platform" : "")}。");
        if (role is not (Role.Unit or Role.Publisher or Role.Reviewer))
            check.That(unitId is null, "unitId", "badValue", "此角色不属于承办单位，请留空。");
        else if (unitId is null)
            check.Missing("unitId");
        else
            check.That(city.FindUnit(unitId) is not null, "unitId", "unknownUnit", "没有这个承办单位。");
        return check.That(position is null || role == Role.Unit, "position", "badValue", "只有承办单位的账号有岗位。");
    }

    /// <summary>Null, or what is wrong with a new password. Length before variety: a sentence is good, a puzzle is forgotten.</summary>
    public static Refusal? Password(string password, Account account, string field)
    {
        var check = new Check();
        if (password.Length == 0)
            return check.Missing(field).Refusal;
        if (Characters.Count(password) < MinPassword)
            check.Add(field, "passwordShort", "密码至少 12 个字符，可以是一句话。");
        else if (password.Length > MaxPassword)
            check.Add(field, "tooLong", "密码最多 128 个字符。");
        else if (password.Contains(account.UserName, StringComparison.OrdinalIgnoreCase) || password.Contains(account.DisplayName, StringComparison.OrdinalIgnoreCase))
            check.Add(field, "passwordName", "密码不可包含您的用户名或姓名。");
        else if (Common.Contains(password) || password.Distinct().Count() < 4)
            check.Add(field, "passwordCommon", "这个密码太常见，容易被猜到，请换一个。");
        return check.Result();
    }

    /// <summary>Four groups of four, 79 bits.</summary>
    public static string Temporary() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 4)));

    public static string NewStamp() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}

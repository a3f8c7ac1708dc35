using System.Globalization;
using System.Security.Cryptography;

namespace HotlinePush.Tickets;

/// <summary>
/// The number a resident is told: the day of receipt (yyMMdd, Shanghai), seven random digits, and a check digit by
/// ISO 7064 MOD 11,10, so that a slip of the pen is noticed before a look-up.
/// </summary>
public static class TicketNumber
{
    public const int Length = 14;
    private const int RandomRange = 10_000_000;

    /// <summary>
    /// A number for a ticket of this day. Seven digits repeat now and then (at 4,000 tickets a day about once): whoever creates the
    /// ticket must insert it as new, and take another number where that one is taken.
    /// </summary>
    /// <param name="random7">0 to 9,999,999; null takes the system's random numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not in 2000–2099, or a random number out of range.</exception>
    public static string New(DateOnly shanghaiDate, Func<int>? random7 = null)
    {
        if (shanghaiDate.Year is < 2000 or > 2099)
            throw new ArgumentOutOfRangeException(nameof(shanghaiDate), shanghaiDate, "Two digits name the years 2000 to 2099.");
        var random = random7?.Invoke() ?? RandomNumberGenerator.GetInt32(RandomRange);
        if (random is < 0 or >= RandomRange)
            throw new ArgumentOutOfRangeException(nameof(random7), random, "Seven digits are wanted.");
        var body = shanghaiDate.ToString("yyMMdd", CultureInfo.InvariantCulture) + random.ToString("D7", CultureInfo.InvariantCulture);
        return body + CheckDigit(body);
    }

    /// <summary>14 ASCII digits that begin with a real date and end with the right check digit.</summary>
    public static bool IsValid(string? number)
    {
        if (number is not { Length: Length })
            return false;
        foreach (var c in number)
            if (!char.IsAsciiDigit(c))
                return false;
        return DateOnly.TryParseExact("20" + number[..6], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && CheckDigit(number.AsSpan(0, Length - 1)) == number[^1];
    }

    /// <summary>ISO/IEC 7064 MOD 11,10, the hybrid system for digits with one check digit.</summary>
    public static char CheckDigit(ReadOnlySpan<char> digits)
    {
        var product = 10;
        foreach (var digit in digits)
        {
            var sum = (product + (digit - '0')) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (char)('0' + (11 - product) % 10);
    }
}

using System.Globalization;
using System.Text;

namespace HotlinePush.Storage;

/// <summary>
/// The one encoder of partition and row keys. Parts are joined by <c>!</c>, which sorts below every character an encoded
/// part may hold, so keys sort part by part, as the parts themselves do (strings by their UTF-8 bytes, numbers and
/// times by value), and the keys under a prefix are one range.
/// </summary>
/// <remarks>
/// A part keeps ASCII letters and digits. Any other byte of its UTF-8 form becomes a mark and two hex digits, where the mark
/// itself sorts where the byte does: <c>.</c> below the digits, <c>:</c> between digits and capitals,
/// <c>_</c> between capitals and small letters, <c>~</c> above them. Azure Tables forbids <c>/ \ # ?</c> and control
/// characters in keys; none of them can appear.
/// </remarks>
public static class Keys
{
    public const char Separator = '!';
    private const char AfterSeparator = '"';
    private const string Hex = "0123456789abcdef";

    /// <exception cref="ArgumentException">The key would be longer than <see cref="Batch.MaxKeyLength"/>.</exception>
    public static string Of(params ReadOnlySpan<KeyPart> parts)
    {
        var key = new StringBuilder(64);
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > 0)
                key.Append(Separator);
            key.Append(parts[i].Encoded);
        }

        if (key.Length is 0 or > Batch.MaxKeyLength)
            throw new ArgumentException($"A key of {key.Length} characters; 1 to {Batch.MaxKeyLength} are allowed. Hash long parts.");
        return key.ToString();
    }

    /// <summary>All keys that begin with these parts and have at least one part more.</summary>
    public static KeyRange Under(params ReadOnlySpan<KeyPart> parts)
    {
        var prefix = Of(parts);
        return new(prefix + Separator, prefix + AfterSeparator);
    }

    /// <summary>The lowest key above this one: where a range goes on after it.</summary>
    public static string After(string key) => key + Separator;

    /// <summary>The string parts of a key, decoded. Numbers and times stay as they are written.</summary>
    public static string[] Split(string key)
    {
        var parts = key.Split(Separator);
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Decode(parts[i]);
        return parts;
    }

    /// <summary>
    /// Whether a text could be a key or a bound of a range made here, short enough to go on after. For keys that come back from outside,
    /// in a cursor.
    /// </summary>
    public static bool IsKey(string text)
    {
        if (text.Length is 0 or >= Batch.MaxKeyLength)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]) || text[i] is Separator or AfterSeparator)
                continue;
            if (text[i] is not ('.' or ':' or '_' or '~') || i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                return false;
            i += 2;
        }

        return true;
    }

    internal static string Encode(string text)
    {
        var plain = true;
        foreach (var c in text)
            plain &= char.IsAsciiLetterOrDigit(c);
        if (plain)
            return text;
        var encoded = new StringBuilder(text.Length * 3);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)b;
            if (char.IsAsciiLetterOrDigit(c))
                encoded.Append(c);
            else
                encoded.Append(c < '0' ? '.' : c < 'A' ? ':' : c < 'a' ? '_' : '~').Append(Hex[b >> 4]).Append(Hex[b & 15]);
        }

        return encoded.ToString();
    }

    private static string Decode(string part)
    {
        if (part.AsSpan().IndexOfAny(".:_~") < 0)
            return part;
        var bytes = new List<byte>(part.Length);
        for (var i = 0; i < part.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(part[i]))
                bytes.Add((byte)part[i]);
            else
            {
                bytes.Add(byte.Parse(part.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}

/// <summary>One part of a key: text, a number from 0 up, a moment (to the millisecond, years 1–9999, UTC), a date, or one of these descending.</summary>
public readonly struct KeyPart
{
    private KeyPart(string encoded) => Encoded = encoded;

    internal string Encoded { get; }

    /// <exception cref="ArgumentException">The text is empty, or holds a lone surrogate.</exception>
    public static implicit operator KeyPart(string text)
    {
        if (text.Length == 0)
            throw new ArgumentException("A part of a key is empty.");
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                throw new ArgumentException("A part of a key holds half a surrogate pair.");
            i++;
        }

        return new(Keys.Encode(text));
    }

    public static implicit operator KeyPart(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        return new(number.ToString("D19", CultureInfo.InvariantCulture));
    }

    public static implicit operator KeyPart(DateTimeOffset moment) =>
        new(moment.UtcDateTime.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture));

    public static implicit operator KeyPart(DateOnly date) => new(date.ToString("yyyyMMdd", CultureInfo.InvariantCulture));

    /// <summary>A short number with leading zeros, for sequence numbers within one parent.</summary>
    public static KeyPart Short(int number, int digits = 6)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var text = number.ToString("D" + digits, CultureInfo.InvariantCulture);
        return text.Length == digits ? new(text) : throw new ArgumentOutOfRangeException(nameof(number));
    }

    /// <summary>Sorts the other way round: the digits' nines' complement.</summary>
    public static KeyPart Descending(KeyPart digits) =>
        new(string.Create(digits.Encoded.Length, digits.Encoded, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsAsciiDigit(source[i])
                    ? (char)('9' - (source[i] - '0'))
                    : throw new ArgumentException("Only numbers, moments and dates sort descending.");
        }));

    /// <summary>The moment a part made from a <see cref="DateTimeOffset"/> stands for.</summary>
    public static DateTimeOffset ToMoment(string part) =>
        new(DateTime.ParseExact(part, "yyyyMMddHHmmssfff", CultureInfo.InvariantCulture), TimeSpan.Zero);
}

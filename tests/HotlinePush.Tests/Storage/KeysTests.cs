using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HotlinePush.Storage;

namespace HotlinePush.Tests.Storage;

public sealed class KeysTests
{
    private static readonly char[] Forbidden = ['/', '\\', '#', '?', '%'];

    private static readonly string[] Samples =
    [
        .. Enumerable.Range(0, 128).Select(c => ((char)c).ToString()),
        .. Enumerable.Range(0, 128).Select(c => "a" + (char)c + "b"),
        "工单", "工", "单", "é", "ÿ", "€", "\uffff", "😀", "😀😁", "👨‍👩‍👧", "A", "AA", "a", "aa", "0", "00",
    ];

    /// <summary>Whole strings of every kind, short ones close to each other, and the samples.</summary>
    private static readonly Arbitrary<string> Parts = Gen.OneOf(
        Gen.Elements(Samples),
        ArbMap.Default.GeneratorFor<string>().Where(s => s is { Length: > 0 and < 40 } && IsWellFormed(s)),
        Gen.Elements("!\"-./09:@AZ[_`az{~\u007f\u0080中😀".EnumerateRunes().Select(r => r.ToString()).ToArray()).NonEmptyListOf().Select(p => string.Concat(p.Take(8)))).ToArbitrary();

    [Fact]
    public void Of_WhenAnyTextIsEncoded_UsesAllowedCharactersOnly() =>
        Prop.ForAll(Parts, s => Fits(s) is not { } key || key.All(c => c is > '!' and <= '~' && !Forbidden.Contains(c))).QuickCheckThrowOnFailure();

    [Fact]
    public void Split_WhenPartsWereEncoded_GivesThemBack() =>
        Prop.ForAll(Parts, Parts, (a, b) => Fits(a, b) is not { } key || Keys.Split(key).SequenceEqual([a, b])).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_WhenTwoTextsAreCompared_KeepsTheOrderOfTheirBytes() =>
        Prop.ForAll(Parts, Parts, (a, b) =>
            Fits(a) is not { } x || Fits(b) is not { } y || Math.Sign(string.CompareOrdinal(x, y)) == Math.Sign(ByBytes(a, b))).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_WhenKeysHaveTwoParts_SortsPartByPart() =>
        Prop.ForAll(Parts, Parts, Parts, (a, b, c) =>
        {
            if (Fits(a, c) is not { } x || Fits(b, a) is not { } y)
                return true;
            var expected = ByBytes(a, b) is var first && first != 0 ? first : ByBytes(c, a);
            return Math.Sign(string.CompareOrdinal(x, y)) == Math.Sign(expected);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Under_WhenKeysBeginWithTheParts_HoldsThoseAndNoOthers() =>
        Prop.ForAll(Parts, Parts, Parts, (a, b, c) =>
        {
            if (Fits(a) is null || Fits(b, c) is not { } key)
                return true;
            var range = Keys.Under(a);
            var inside = string.CompareOrdinal(key, range.From) >= 0 && string.CompareOrdinal(key, range.To) < 0;
            return inside == (a == b);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_WhenEverySampleMeetsEveryOther_KeepsOrder()
    {
        foreach (var a in Samples)
            foreach (var b in Samples)
                Assert.Equal(Math.Sign(ByBytes(a, b)), Math.Sign(string.CompareOrdinal(Keys.Of(a), Keys.Of(b))));
    }

    [Fact]
    public void Of_WhenNumbersAndMomentsAreCompared_SortsByValueAndDescendingTheOtherWay() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (x, y) =>
        {
            long a = x.Get, b = y.Get;
            DateTimeOffset from = new(1990, 1, 1, 0, 0, 0, TimeSpan.FromHours(8)), p = from.AddSeconds(a), q = from.AddSeconds(b);
            var expected = Math.Sign(a.CompareTo(b));
            return Math.Sign(string.CompareOrdinal(Keys.Of(a), Keys.Of(b))) == expected
                && Math.Sign(string.CompareOrdinal(Keys.Of(p), Keys.Of(q))) == expected
                && Math.Sign(string.CompareOrdinal(Keys.Of(KeyPart.Descending(a)), Keys.Of(KeyPart.Descending(b)))) == -expected
                && KeyPart.ToMoment(Keys.Of(p)) == p;
        }).QuickCheckThrowOnFailure();

    /// <summary>Given as UTF-16 units, since a test's own data cannot hold half a pair.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("d83d")]
    [InlineData("0061de00")]
    [InlineData("d83d0061")]
    public void Of_WhenAPartIsNoText_IsABug(string units) =>
        Assert.Throws<ArgumentException>(() => Keys.Of(string.Concat(units.Chunk(4).Select(u => (char)Convert.ToInt32(new string(u), 16)))));

    [Fact]
    public void Of_WhenTooLong_IsABug() => Assert.Throws<ArgumentException>(() => Keys.Of(new string('中', 100)));

    [Fact]
    public void Short_WhenTheNumberHasMoreDigits_IsABug() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyPart.Short(1_000_000));

    [Fact]
    public void Descending_WhenThePartIsText_IsABug() => Assert.Throws<ArgumentException>(() => KeyPart.Descending("abc"));

    /// <summary>Null where the key would be too long: that is refused, not encoded.</summary>
    private static string? Fits(params string[] parts)
    {
        try
        {
            return Keys.Of([.. parts.Select(p => (KeyPart)p)]);
        }
        catch (ArgumentException e) when (e.Message.Contains(Batch.MaxKeyLength.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsSurrogatePair(text, i))
                return false;
            i++;
        }

        return true;
    }

    private static int ByBytes(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
}

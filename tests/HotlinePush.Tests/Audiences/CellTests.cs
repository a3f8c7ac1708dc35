using HotlinePush.Audiences.Import;
using HotlinePush.Jobs;

namespace HotlinePush.Tests.Audiences;

public sealed class CellTests
{
    /// <summary>However a mobile is written, it is the same number.</summary>
    [Fact]
    public void Phone_HoweverItIsWritten_FoldsToTheSameNumber()
    {
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            var national = $"1{random.Next(3, 10)}{random.Next(1_000_000_000):D9}";
            var written = random.Next(6) switch { 0 => "+86" + national, 1 => "0086" + national, 2 => "86" + national, 3 => "+86 " + national, _ => national };
            var at = written.Length - 8;
            written = random.Next(5) switch
            {
                0 => $"{written[..at]} {written[at..(at + 4)]} {written[(at + 4)..]}",
                1 => $"{written[..at]}-{written[at..(at + 4)]}-{written[(at + 4)..]}",
                2 => $"\u202d{written}\u202c",
                3 => $" {written}\u3000",
                _ => written,
            };
            if (random.Next(3) == 0)
                written = string.Concat(written.Select(c => c is >= '!' and <= '~' ? (char)(c + 0xFEE0) : c));
            if (random.Next(8) == 0)
                written = "'" + written;

            Assert.Null(PhoneCell.Read(CellText.Clean(written)!, out var e164));
            Assert.Equal("+86" + national, e164);
        }
    }

    [Fact]
    public void Phone_WhenASpreadsheetWroteItScientific_IsTakenOnlyWithAllItsDigits()
    {
        var random = new Random(8);
        for (var i = 0; i < 2_000; i++)
        {
            var national = $"1{random.Next(3, 10)}{random.Next(1_000_000_000):D9}";
            var digits = random.Next(1, 11);
            var text = $"{national[0]}.{national[1..(1 + digits)]}E+10";

            var wrong = PhoneCell.Read(text, out var e164);

            Assert.Equal(digits == 10 ? (null, "+86" + national) : ("phoneRounded", ""), (wrong, e164));
        }
    }

    [Theory]
    [InlineData("13800001234.0", null)]
    [InlineData("87654321", "badPhone")]
    [InlineData("12345", "badPhone")]
    [InlineData("13800001234、13800001235", "severalPhones")]
    [InlineData("138000012345", "badPhone")]
    [InlineData("无", "badPhone")]
    [InlineData("13800001234E+10", "phoneRounded")]
    public void Phone_WhenItIsNone_SaysWhy(string text, string? code) => Assert.Equal(code, PhoneCell.Read(text, out _));

    [Theory]
    [InlineData(13800001234d, "13800001234")]
    [InlineData(0.1 + 0.2, "0.3")]
    [InlineData(1e-7, "0.0000001")]
    [InlineData(1.2345678901234567e17, "123456789012346000")]
    [InlineData(-12.5, "-12.5")]
    public void Number_OfASpreadsheet_IsWrittenAsItShowsIt(double number, string text) => Assert.Equal(text, CellText.Number(number));

    [Theory]
    [InlineData("11010519491231002X", true)]
    [InlineData("11010519491231002x", true)]
    [InlineData("440524188001010014", true)]
    [InlineData("440524188001010013", false)]
    [InlineData("440524188013010014", false)]
    [InlineData("13800001234", false)]
    public void IdNumber_ByItsCheckCharacter_IsKnown(string text, bool isOne) => Assert.Equal(isOne, IdNumbers.IsIdNumber(text));

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("  @SUM(A1)", "'  @SUM(A1)")]
    [InlineData("-2+3|cmd", "'-2+3|cmd")]
    [InlineData("\tx", "'\tx")]
    [InlineData("＝1", "'＝1")]
    [InlineData("-12.50", "-12.50")]
    [InlineData("+8613800001234", "+8613800001234")]
    [InlineData("赵一", "赵一")]
    [InlineData(null, "")]
    public void CsvCell_OnItsWayOut_RunsNowhere(string? text, string written) => Assert.Equal(written, CsvCell.Harmless(text));
}

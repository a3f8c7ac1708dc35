using HotlinePush.Tickets;

namespace HotlinePush.Tests.Tickets;

public class TicketNumberTests
{
    private static readonly DateOnly Day = new(2026, 11, 20);

    [Fact]
    public void CheckDigit_OfTheStandardsExample_IsFive() => Assert.Equal('5', TicketNumber.CheckDigit("0794"));

    [Fact]
    public void Number_IsTheDaySevenDigitsAndACheckDigit()
    {
        var number = TicketNumber.New(Day, () => 42);
        Assert.Equal(14, number.Length);
        Assert.StartsWith("2611200000042", number, StringComparison.Ordinal);
        Assert.True(TicketNumber.IsValid(number));
        Assert.NotEqual(TicketNumber.New(Day), TicketNumber.New(Day));
    }

    [Fact]
    public void Number_WhenOneDigitIsWrong_IsNeverValid()
    {
        var random = new Random(12345);
        for (var round = 0; round < 500; round++)
        {
            var number = TicketNumber.New(Day.AddDays(random.Next(-3000, 3000)), () => random.Next(10_000_000));
            for (var i = 0; i < number.Length; i++)
                for (var digit = '0'; digit <= '9'; digit++)
                    Assert.Equal(digit == number[i], TicketNumber.IsValid(number[..i] + digit + number[(i + 1)..]));
        }
    }

    [Fact]
    public void Number_WhenNeighboursAreSwapped_IsMostlyInvalid()
    {
        // The system is not made for swaps, yet finds all but about 1 in 80.
        var random = new Random(12345);
        int swaps = 0, missed = 0;
        for (var round = 0; round < 5000; round++)
        {
            var number = TicketNumber.New(Day, () => random.Next(10_000_000));
            for (var i = 0; i + 1 < number.Length; i++)
            {
                if (number[i] == number[i + 1])
                    continue;
                swaps++;
                if (TicketNumber.IsValid(number[..i] + number[i + 1] + number[i] + number[(i + 2)..]))
                    missed++;
            }
        }

        Assert.InRange(missed, 0, swaps / 60);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2611200000042")]
    [InlineData("２６１１２００００００４２０")]
    [InlineData("26112000000 20")]
    [InlineData("-6112000000420")]
    public void Number_WhenNotFourteenDigits_IsInvalid(string? text) => Assert.False(TicketNumber.IsValid(text));

    [Theory]
    [InlineData("2613010000000")]
    [InlineData("2602290000000")]
    [InlineData("2600100000000")]
    public void Number_WhenItsDayDoesNotExist_IsInvalid(string body) => Assert.False(TicketNumber.IsValid(body + TicketNumber.CheckDigit(body)));

    [Fact]
    public void Number_WhenOutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TicketNumber.New(new DateOnly(1999, 12, 31)));
        Assert.Throws<ArgumentOutOfRangeException>(() => TicketNumber.New(Day, () => 10_000_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => TicketNumber.New(Day, () => -1));
    }
}

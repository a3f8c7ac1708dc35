namespace HotlinePush.Clocks;

/// <summary>One listed day of a State Council notice 国务院办公厅节假日安排: an off-day, or a swapped workday 调休.</summary>
public sealed record CalendarDay(DateOnly Date, string Name, bool IsOffDay);

/// <summary>The notice of one year; it may list days of the neighbouring years.</summary>
public sealed record CalendarYear(int Year, IReadOnlyList<CalendarDay> Days)
{
    public const int FirstYear = 1989, LastYear = 9999, MostDays = 200, LongestName = 50;

    /// <summary>The years in which this notice may move a deadline.</summary>
    public IReadOnlySet<int> YearsTouched() => new SortedSet<int>(Days.Select(d => d.Date.Year).Append(Year));

    /// <summary>
    /// Empty when the notice may be published. Year 1989–9999, at most 200 days, each once, in the year or a neighbouring one,
    /// with a name of 1–50 characters. The bound on days keeps working days in every year, so that no deadline runs away.
    /// </summary>
    public IReadOnlyList<FieldProblem> Validate()
    {
        var problems = new List<FieldProblem>();
        if (Year is < FirstYear or > LastYear)
            problems.Add(new("year", "yearOutOfRange", $"The year must lie between {FirstYear} and {LastYear}."));
        if (Days.Count > MostDays)
            return [.. problems, new("days", "tooManyDays", $"A notice lists at most {MostDays} days.")];
        var seen = new HashSet<DateOnly>();
        for (var i = 0; i < Days.Count; i++)
        {
            if (Days[i] is not { } day)
            {
                problems.Add(new($"days[{i}]", "required", "A day is missing."));
                continue;
            }

            if (Math.Abs(day.Date.Year - Year) > 1)
                problems.Add(new($"days[{i}].date", "otherYear", $"{day.Date:yyyy-MM-dd} lies neither in {Year} nor in a neighbouring year."));
            if (!seen.Add(day.Date))
                problems.Add(new($"days[{i}].date", "duplicate", $"{day.Date:yyyy-MM-dd} is listed twice."));
            if (string.IsNullOrWhiteSpace(day.Name) || day.Name.Length > LongestName)
                problems.Add(new($"days[{i}].name", "badName", $"A name of 1 to {LongestName} characters is needed."));
            else if (day.Name.EnumerateRunes().Any(r => r == System.Text.Rune.ReplacementChar || System.Text.Rune.IsControl(r)))
                problems.Add(new($"days[{i}].name", "badName", "The name holds characters that are no text."));
        }

        return problems;
    }
}

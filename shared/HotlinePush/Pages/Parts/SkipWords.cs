using HotlinePush.Clocks;

namespace HotlinePush.Pages.Parts;

/// <summary>Why a day did not count, in the reader's language.</summary>
public static class SkipWords
{
    private const string Holiday = "holiday:";

    public static string Of(SkippedDay day, Texts texts) =>
        texts.Language == Language.Chinese ? day.Why
        : day.Code.StartsWith(Holiday, StringComparison.Ordinal) ? texts.Find("holiday." + day.Code[Holiday.Length..]) ?? texts["skip.holiday", day.Code[Holiday.Length..]]
        : texts.Find("skip." + day.Code) ?? day.Why;
}

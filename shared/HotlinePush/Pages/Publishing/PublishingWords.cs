using System.Globalization;
using HotlinePush.Channels;
using HotlinePush.Notices;
using HotlinePush.Pages.Parts;
using HotlinePush.Web;

namespace HotlinePush.Pages.Publishing;

/// <summary>Numbers and names as the publisher's pages write them.</summary>
internal static class PublishingWords
{
    public static IEnumerable<Choice> Fields() => DisclosureFields.All.Select(f => new Choice(f.Code, f.Name));

    /// <summary>One of our columns in the reader's words; another as the file calls it.</summary>
    public static string Column(string name, Texts texts) => texts.Find("pub.col." + name) ?? name;

    public static string Channel(ChannelKind channel, Texts texts) => texts["pub.by." + channel];

    public static string Channel(string word, Texts texts) => WireWords.TryRead<ChannelKind>(word, out var channel) ? Channel(channel, texts) : word;

    public static string Whole(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Amounts as they are counted out: thousands apart, two places, more only where there are more.</summary>
    public static string Money(decimal? amount) => amount?.ToString("#,0.00####", CultureInfo.InvariantCulture) ?? "";

    /// <summary>For people to recognise: 王小明 as 王**.</summary>
    public static string MaskName(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return "";
        var info = new StringInfo(name);
        return info.LengthInTextElements == 1 ? name : info.SubstringByTextElements(0, 1) + new string('*', Math.Min(3, info.LengthInTextElements - 1));
    }
}

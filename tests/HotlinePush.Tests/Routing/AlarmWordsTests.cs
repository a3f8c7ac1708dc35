using HotlinePush.Routing;

namespace HotlinePush.Tests.Routing;

public sealed class AlarmWordsTests
{
    public static TheoryData<string, string> Live()
    {
        var data = new TheoryData<string, string>();
        foreach (var (service, text) in AlarmSentences.Live)
            data.Add(service, text);
        return data;
    }
    public static TheoryData<string> NotLive() => [.. AlarmSentences.NotLive];

    [Theory, MemberData(nameof(Live))]
    public void AlarmWords_WhenItHappensNow_NameTheService(string service, string text)
    {
        var alarm = AlarmWords.Detect(null, text);
        Assert.Equal(service, alarm?.Service);
        Assert.Contains(alarm!.Phrase, text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(NotLive))]
    public void AlarmWords_WhenFearedPastOrAboutEquipment_StaySilent(string text) => Assert.Null(AlarmWords.Detect(null, text));

    [Fact]
    public void AlarmWords_WhenTheSubjectCries_FireOverALongDescription() =>
        Assert.Equal("119", AlarmWords.Detect("隔壁单元着火了", string.Concat(Enumerable.Repeat("这里是三号楼二单元，楼下停满了车。", 10)))?.Service);

    [DataFact]
    public void AlarmWords_OnAMailboxOfComplaints_FireOnAtMostFive()
    {
        var alarms = RealMessages.Read("messages-liked.csv").Count(m => AlarmWords.Detect(m["subject"], m["body"]) is not null);
        Assert.InRange(alarms, 0, 5);
    }
}

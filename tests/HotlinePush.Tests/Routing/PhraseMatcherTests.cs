using HotlinePush.Routing;

namespace HotlinePush.Tests.Routing;

public sealed class PhraseMatcherTests
{
    private static IEnumerable<string> Cut(List<PhraseHit> hits, string text) => hits.Select(h => text.Substring(h.Start, h.Length));

    [Fact]
    public void PhraseMatcher_WhenPhrasesOverlap_FindsAllOrTheLongest()
    {
        var matcher = new PhraseMatcher(["工资", "教师", "教师工资", "师工", "退休教师"]);
        const string text = "退休教师工资";
        Assert.Equal(["退休教师", "教师", "师工", "教师工资", "工资"], Cut(matcher.FindAll(text), text));
        Assert.Equal(["退休教师", "教师工资"], Cut(matcher.FindLongest(text), text));
    }

    [Fact]
    public void PhraseMatcher_OnRandomTexts_FindsWhatASlowSearchFinds()
    {
        var random = new Random(7);
        string Some(int length) => new([.. Enumerable.Range(0, length).Select(_ => "甲乙丙"[random.Next(3)])]);
        for (var round = 0; round < 300; round++)
        {
            var phrases = Enumerable.Range(0, 8).Select(_ => Some(random.Next(1, 5))).Distinct().ToArray();
            var text = Some(30);
            var slow = (from p in phrases from at in Enumerable.Range(0, text.Length) where string.CompareOrdinal(text, at, p, 0, p.Length) == 0 select (p, at)).ToHashSet();
            var hits = new PhraseMatcher(phrases).FindAll(text);
            Assert.Equal(slow.Count, hits.Count);
            Assert.True(hits.All(h => slow.Contains((phrases[h.Phrase], h.Start))));
            var longest = slow.Where(a => !slow.Any(b => b.p.Length > a.p.Length && b.at <= a.at && b.at + b.p.Length >= a.at + a.p.Length)).ToHashSet();
            Assert.Equal(longest, new PhraseMatcher(phrases).FindLongest(text).Select(h => (phrases[h.Phrase], h.Start)).ToHashSet());
        }
    }

    [Fact]
    public void PlainText_WhenFullWidth_FoldsInPlace() => Assert.Equal("5g wifi (a)　".Replace('　', ' '), PlainText.Fold("５Ｇ　ＷiＦi （A）　").Replace("　", " ", StringComparison.Ordinal));
}

using System.Text.RegularExpressions;

namespace HotlinePush.Routing;

/// <param name="Service">The number to dial: 110, 119, 120 or 122.</param>
/// <param name="Kind">fire, gas, explosion, suicide, drowning, poisoning, violence, medical, crash or trapped.</param>
/// <param name="Phrase">As written in the text.</param>
public sealed record AlarmHit(string Service, string Kind, string Phrase);

/// <summary>
/// Spots emergencies going on now. A word alone is a hint: most messages with 火灾 or 消防 complain about a blocked
/// exit, fear what might happen or tell what once did. Short call-like texts alarm on the word unless the clause
/// speaks of fear, past or condition; long ones alarm only where the clause itself says that it is happening.
/// </summary>
public static partial class AlarmWords
{
    // A caller in need writes little; a complaint rarely fits into this.
    private const int CallLength = 70;

    private static readonly (string Service, string Kind, Regex Pattern)[] Emergencies =
    [
        ("119", "fire", Fire()), ("119", "gas", Gas()), ("119", "explosion", Explosion()), ("110", "suicide", Suicide()),
        ("120", "poisoning", Poisoning()), ("119", "drowning", Drowning()), ("110", "violence", Violence()),
        ("120", "medical", Medical()), ("122", "crash", Crash()), ("119", "trapped", Trapped()),
    ];

    public static AlarmHit? Detect(string? subject, string? description)
    {
        var text = PlainText.OfTicket(subject, description);
        var call = text.Length <= CallLength;
        foreach (var (clause, inSubject) in Clauses(text))
        {
            foreach (var (service, kind, pattern) in Emergencies)
            {
                var match = pattern.Match(clause);
                if (!match.Success)
                    continue;
                if (NotNow().IsMatch(clause) || Conditional().IsMatch(clause))
                    continue;
                var now = Now().IsMatch(clause) || (inSubject && JustNow().IsMatch(clause));
                // A subject is short by nature: read it as a caller's sentence, on its own.
                if (call || inSubject ? !now && NotReal().IsMatch(call ? text : clause) : !now || NotReal().IsMatch(clause))
                    continue;
                return new AlarmHit(service, kind, match.Value);
            }
        }
        return null;
    }

    private static IEnumerable<(string Clause, bool InSubject)> Clauses(string text)
    {
        var subjectEnd = text.IndexOf('\n');
        return Split(text[..subjectEnd]).Select(c => (c, true)).Concat(Split(text[subjectEnd..]).Select(c => (c, false)));

        static string[] Split(string part) =>
            part.Split(['。', '！', '!', '？', '?', '；', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex("着火|起火|失火|着大火|大火|火灾|火烧起来|烧起来|火势|冒着?火|窜出火")]
    private static partial Regex Fire();

    [GeneratedRegex("(燃气|煤气|天然气|液化气|管道|气罐)[^。]{0,8}(泄漏|泄露|漏气)|漏(煤气|燃气|天然气|气了)|(闻到|有|满屋|好大|好浓|很浓|很大|一股)[^，,]{0,6}(煤气|燃气|天然气|液化气)(的)?(臭)?味|(煤气|燃气|天然气)(的)?味道?(很|好|非常|特别|越来越)(重|浓|大)")]
    private static partial Regex Gas();

    [GeneratedRegex("爆炸(?!性|危险|隐患|物|品)|炸了")]
    private static partial Regex Explosion();

    [GeneratedRegex("(要|想|准备|正要|打算|闹着)(往下)?(跳楼|跳桥|跳河|跳江|自杀|轻生|割腕|喝农药|上吊|寻短见)|(站|坐|爬)[^，,]{0,8}(楼顶|天台|桥栏|栏杆|窗台|阳台)[^。]{0,8}(要跳|往下跳|想跳|轻生)|割腕|跳(楼|河|江|桥)了|喝了?农药|不想活了")]
    private static partial Regex Suicide();

    [GeneratedRegex("(煤气|一氧化碳|食物|农药)中毒")]
    private static partial Regex Poisoning();

    [GeneratedRegex("溺水|落水|(掉|跌|滑|摔)(进|到|入|下)[^，,]{0,5}(河|江|湖|塘|水库|井|水里)|淹(着|住)")]
    private static partial Regex Drowning();

    [GeneratedRegex("持刀|拿着?(菜|砍|水果|西瓜)?刀|砍人|杀人|捅人|被捅|绑架|劫持|(抢劫|行凶)|打群架|聚众斗殴")]
    private static partial Regex Violence();

    [GeneratedRegex("晕倒|昏倒|昏迷|没有?呼吸|没了呼吸|心脏骤停|大出血|心脏病发作|不省人事|突发心梗|抽搐|快不行了|要生了")]
    private static partial Regex Medical();

    [GeneratedRegex("车祸|撞(人|到人|伤人|车)了?|追尾|翻车|撞倒")]
    private static partial Regex Crash();

    [GeneratedRegex("(困在|被困|关在)[^，,]{0,5}(电梯|车里|井里|屋里|楼上|水里|洪水)|电梯[^，,]{0,8}(困住|困了|被困)|被埋|埋在下面|塌了?[^，,]{0,6}(压|埋)")]
    private static partial Regex Trapped();

    /// <summary>Says that it goes on at this moment. Asked of long texts only.</summary>
    [GeneratedRegex("正在(着|起|燃|烧|冒|泄|漏|跳|砍|打|行凶)|(现在|此刻|刚刚|刚才)[^，,]{0,12}(着火|起火|爆炸|泄漏|漏气|跳|落水|溺水|晕倒|昏|砍|持刀|困)|救命|快来(人|救)|快派|赶快派|赶紧派|火(势)?(很|越来越|好|非常)大|请马上(来|派)")]
    private static partial Regex Now();

    /// <summary>A headline that ends on the event is a cry; in the middle of a long story the same words are its past.</summary>
    [GeneratedRegex("(着火|起火|失火|烧起来|晕倒|昏倒|落水|溺水|爆炸|泄漏|漏气)了$")]
    private static partial Regex JustNow();

    /// <summary>Past or finished, told with the emergency itself.</summary>
    [GeneratedRegex("去年|前年|前几年|上个?(月|周|次|星期|学期)|昨[天晚日夜]|前[天晚]|前几天|几天前|\\d+年|\\d+月|\\d+[日号]|年前|月前|以前|之前|曾|那次|那年|那天|当时|当年|后来|过一次|发生过|[着起失]过火|多次|经常|时常|常常|每次|每年|屡次|至今|已(经)?(扑灭|灭|修复|处理|出院|死亡|去世|身亡)|扑灭了|事后|灾后|后的|之后|判决|获刑|判了|责任认定|赔偿|理赔|报销|补偿|救助金|抚恤|鉴定|调查结果|追究")]
    private static partial Regex NotNow();

    /// <summary>Feared, conditional or made up: speaks louder than any cry.</summary>
    [GeneratedRegex("隐患|万一|如果|假如|倘若|要是|一旦|容易|易(发|燃)|可能|也许|恐怕|唯恐|生怕|就怕|怕有|怕爆|怕着|怕起|担心|害怕|会不会|会(发生|引起|引发|造成|导致)|引发|防止|避免|预防|防范|以免|谨防|严防|以防|风险|差点|险些|演练|演习|谁负责|怎么救|怎么办|时能|防火|防溺水|防煤气")]
    private static partial Regex Conditional();

    /// <summary>About equipment, rules and requests; a cry beside it still counts.</summary>
    [GeneratedRegex("若|恐|引起|导致|造成|威胁|危险性|几乎|消防|宣传|培训|知识|讲座|预案|设施|设备|灭火器|应急|安全意识|疏散|标准|规定|资质|许可|申请|咨询|请问|建议|希望|什么时候|如何|怎么办理|怎样|是否|能不能|可不可以|投诉|举报|像|仿佛|似的|好比|般的|游戏|电影|小说|电视剧|视频|新闻|广告|网上|传言|谣言|价格|信息爆炸|人口爆炸|物价|房价|工资|还钱|讨薪|欲哭无泪|警示|警钟|提醒|教训|纪念|烈士|牌子|提示|报警器|保险|监控|违建|违章|私拉|乱拉|充电|秸秆|烧烤|油烟|有没有|没有发生|不会|未发生|不是|并非|不要|禁止|严禁|不能|不得|拆除|整改|加强|排查|检查|巡查|管理|治理|责任|手术费|评估|规划|安装|改造|维修基金|物业(公司)?(不|没|拒)")]
    private static partial Regex NotReal();
}

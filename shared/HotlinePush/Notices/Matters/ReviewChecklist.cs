using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Notices.Matters;

/// <summary>What a point of the review belongs to: secrecy review 保密审查, negative list 负面清单, or what is otherwise looked at.</summary>
[CamelCaseWords]
public enum ReviewPart { Secrecy, NegativeList, Correctness }

/// <summary>One point that a reviewer ticks before a notice is approved.</summary>
/// <param name="Id">1–64 of <c>a–z 0–9 -</c>; stands in the notice's history.</param>
public sealed record ReviewPoint(string Id, ReviewPart Part, string Text);

/// <summary>The reviewer's checklist: shipped, and kept by administrators.</summary>
public static class ReviewChecklist
{
    public const int Max = 50;

    public static readonly IReadOnlyList<ReviewPoint> Shipped =
    [
        new("secrecy-state", ReviewPart.Secrecy, "不含国家秘密、工作秘密；已按“先审查、后公开”办理"),
        new("secrecy-commercial", ReviewPart.Secrecy, "不含商业秘密；涉及第三方的已征得同意或依法应当公开"),
        new("secrecy-privacy", ReviewPart.Secrecy, "文字里没有身份证号、银行账号、病情、完整住址等个人敏感信息"),
        new("negative-minors", ReviewPart.NegativeList, "不涉及未成年人、受害人、举报人等需要保护的身份"),
        new("negative-stability", ReviewPart.NegativeList, "不属于内部讨论、过程性信息，公开后不危及公共安全和社会稳定"),
        new("negative-promise", ReviewPart.NegativeList, "没有超出批准文件的承诺，没有广告和收费内容"),
        new("correct-amount", ReviewPart.Correctness, "人数、金额合计与批准文件一致"),
        new("correct-audience", ReviewPart.Correctness, "人群就是批准文件所列的对象，样例中的姓名与数额对得上"),
        new("correct-words", ReviewPart.Correctness, "依据、期限、联系方式准确，话务口径能回答常见问题"),
    ];

    public static Refusal? Check(IReadOnlyList<ReviewPoint> points)
    {
        if (SetupChecks.TooMany(points.Count, Max) is { } tooMany)
            return tooMany;
        var check = new Check().That(points.Count > 0, "items", "required", "审查清单至少有一项。");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < points.Count; i++)
        {
            var (point, at) = (points[i], SetupChecks.Path(i));
            check.Id(at + ".id", point.Id).Text(at + ".text", point.Text, required: true, max: 200).That(ids.Add(point.Id), at + ".id", "duplicate", "编号重复。");
        }

        return check.Refusal;
    }
}

using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Web;

/// <param name="Title">Short and the same for every occurrence, Chinese.</param>
/// <param name="TitleEn">The same in English.</param>
public sealed record ProblemKind(int Status, string Title, string TitleEn);

/// <summary>
/// The one table from refusal codes to HTTP answers (RFC 9457). A rule that refuses with a new code adds its row here;
/// a code without a row answers 409 and is logged as an error.
/// </summary>
public static class Problems
{
    public const string BadRequest = "badRequest";
    public const string NotFound = "notFound";
    public const string InternalError = "internalError";
    public const string StoreUnavailable = "storeUnavailable";

    private static readonly FrozenDictionary<string, ProblemKind> Kinds = new Dictionary<string, ProblemKind>(StringComparer.Ordinal)
    {
        // What was sent cannot be understood.
        ["badRequest"] = new(400, "请求无法理解", "The request cannot be understood"),
        ["badJson"] = new(400, "不是有效的 JSON", "Not valid JSON"),
        ["badEncoding"] = new(400, "不是 UTF-8 编码", "Not UTF-8"),
        ["staleForm"] = new(400, "页面已过期", "The form has expired"),
        ["badForm"] = new(400, "表单无法读取", "The form cannot be read"),
        ["badCursor"] = new(400, "翻页标记无效", "The page cursor is not valid"),
        ["badIdempotencyKey"] = new(400, "Idempotency-Key 无效", "The Idempotency-Key is not valid"),

        // Fields; "invalid" stands where several fields are wrong in different ways.
        ["invalid"] = new(400, "填写有误", "Some fields are not valid"),
        ["unknownField"] = new(400, "有不认识的字段", "Unknown field"),
        ["duplicateField"] = new(400, "字段重复", "A field is given twice"),
        ["required"] = new(400, "缺少必填项", "A required field is missing"),
        ["wrongType"] = new(400, "字段类型不对", "A field has the wrong type"),
        ["unknownWord"] = new(400, "取值不在范围内", "A value is not one of the allowed words"),
        ["badText"] = new(400, "文字含有不允许的字符", "A text holds characters that are not allowed"),
        ["badTime"] = new(400, "时间无效", "A time is not valid"),
        ["badValue"] = new(400, "取值无效", "A value is not valid"),
        ["outOfRange"] = new(400, "数值超出范围", "A number is out of range"),
        ["tooLong"] = new(400, "文字过长", "A text is too long"),

        // Who asks.
        ["keyRequired"] = new(401, "需要登录或密钥", "A key or session is needed"),
        ["badKey"] = new(401, "密钥无效", "The key is not valid"),
        ["roleLacking"] = new(403, "没有此权限", "The role does not allow this"),
        ["notLeadUnit"] = new(403, "不是主办单位", "Not the lead unit"),
        ["notCoUnit"] = new(403, "不是协办单位", "Not a co-unit"),
        ["headNeeded"] = new(403, "须由单位审签人审签", "The unit's head signs this"),
        ["changedAfterApproval"] = new(409, "审核后有改动", "Changed since it was approved"),
        ["emptyAudience"] = new(409, "人群里没有对象", "The audience has no recipients"),
        ["expectedRequired"] = new(409, "须填写批准文件的笔数与合计", "The approval document's count and total are needed"),
        ["expectedMismatch"] = new(409, "与批准文件不符", "Not what the approval document says"),
        ["dryRunTooLong"] = new(503, "试算还没有完成", "The dry run is still going on"),
        ["dryRunFailed"] = new(409, "名单或文字有误", "Rows or texts keep the notice from going out"),
        ["unknownAudience"] = new(400, "没有这个人群", "No such audience"),
        ["badTemplate"] = new(400, "占位符写法不对", "The placeholders are not written as they should be"),
        ["tooManyRows"] = new(413, "文件行数过多", "The file has too many rows"),
        ["brokenWorkbook"] = new(400, "工作簿已损坏", "The workbook is broken"),
        ["workbookTooBig"] = new(413, "工作簿过大", "The workbook is too big once unpacked"),
        ["ownDraft"] = new(403, "不能审核自己起草的内容", "One's own draft is reviewed by somebody else"),
        ["supervisorNeeded"] = new(403, "须由督办人员决定", "A supervisor decides this"),
        ["badSignIn"] = new(401, "用户名或密码不对", "The name or the password is wrong"),
        ["passwordChangeNeeded"] = new(403, "须先修改初始密码", "The first password has to be changed"),
        ["crossSite"] = new(403, "拒绝跨站请求", "Cross-site request refused"),
        ["forbidden"] = new(403, "不允许", "Not allowed"),
        ["forged"] = new(403, "签名不符", "The signature does not match"),

        // What is asked for.
        ["notFound"] = new(404, "没有找到", "Not found"),
        ["methodNotAllowed"] = new(405, "不支持此方法", "Method not allowed"),
        ["notAcceptable"] = new(406, "没有可接受的格式", "Not acceptable"),
        ["timeout"] = new(408, "请求超时", "Request timeout"),
        ["unitComplainedOf"] = new(409, "被反映的单位不能承办", "The unit is complained of"),
        ["dispatchFinal"] = new(409, "指定承办，不能退回", "The dispatch is final"),
        ["passedDown"] = new(409, "工单已下派", "The ticket was passed down"),
        ["tooLate"] = new(409, "已过申请时限", "Too late"),
        ["targetClosed"] = new(409, "目标工单已办结", "The target is closed"),
        ["personalDataDeleted"] = new(409, "个人信息已删除", "The personal data was deleted"),
        ["templateNeeded"] = new(409, "须注明报备模板", "The channel sends registered templates only"),
        ["templateMismatch"] = new(409, "与报备模板不一致", "The text is not the registered one"),
        ["wrongState"] = new(409, "当前状态不能这样办理", "The state does not allow this"),
        ["matterInUse"] = new(409, "公开事项已被引用", "Notices refer to the matter"),
        ["unitInUse"] = new(409, "承办单位仍在使用中", "The unit is still in use"),
        ["nameTaken"] = new(409, "用户名已被使用", "The user name is taken"),
        ["ownAccount"] = new(409, "不能对自己这样操作", "Not to one's own account"),
        ["noDeduction"] = new(409, "没有扣分可申诉", "There is no lost point to appeal against"),
        ["samePerson"] = new(403, "须由他人办理", "Another person has to do this"),
        ["periodNotOver"] = new(409, "考核期尚未结束", "The period is not over"),
        ["periodFrozen"] = new(409, "考核期已经定格", "The period is frozen already"),
        ["inFlight"] = new(409, "相同请求正在办理", "The same request is still being handled"),
        ["versionConflict"] = new(412, "已被他人更新", "Somebody was faster"),
        ["tooLarge"] = new(413, "内容过大", "The content is too large"),
        ["addressTooLong"] = new(414, "地址过长", "The address is too long"),
        ["headersTooLarge"] = new(431, "请求头过大", "The headers are too large"),
        ["unsupportedMediaType"] = new(415, "不支持此内容类型", "Unsupported media type"),
        ["unsupportedFile"] = new(415, "不接受此类文件", "This kind of file is not accepted"),
        ["idempotencyKeyReused"] = new(422, "Idempotency-Key 已用于另一内容", "The Idempotency-Key was used with another body"),
        ["tooManyRequests"] = new(429, "请求过于频繁", "Too many requests"),
        ["tooManySignIns"] = new(429, "登录失败次数过多", "Too many failed sign-ins"),
        ["tooManyGuesses"] = new(429, "查询码错误次数过多", "Too many wrong codes"),
        ["tooManyCodes"] = new(429, "索取验证码过于频繁", "Too many codes asked for"),

        // What a recipient may see of a notice.
        ["wrongCode"] = new(400, "验证码不对或已失效", "The code is wrong or has expired"),
        ["wrongName"] = new(400, "姓名与登记的不一致", "The name is not the one in the list"),
        ["lookupOver"] = new(400, "查询已超时", "The look-up has expired"),
        ["nameLocked"] = new(429, "姓名输错次数过多", "Too many wrong names"),
        ["figuresNotShown"] = new(409, "个人内容不在网上显示", "Personal content is not shown here"),
        ["copyExpired"] = new(410, "通知已过查看期限", "The notice is no longer shown"),

        // Consultations and the comments on them.
        ["periodTooShort"] = new(400, "征求意见的期限过短", "The period for comments is too short"),
        ["notOwnUnit"] = new(403, "不是本单位的意见征集", "Another office's consultation"),
        ["consultationClosed"] = new(409, "征求意见已经截止", "The consultation is closed"),
        ["textFixed"] = new(409, "征求意见期间内容不能改动", "The text is fixed while people comment on it"),
        ["commentsHeld"] = new(409, "还有意见没有审核", "Some comments wait for moderation"),
        ["tooManyComments"] = new(429, "提交意见过于频繁", "Too many comments"),

        // Not the caller's fault.
        ["internalError"] = new(500, "系统内部错误", "Internal error"),
        ["storeUnavailable"] = new(503, "系统暂时不可用", "Temporarily unavailable"),
        ["intakeOff"] = new(503, "此渠道暂停受理", "This way in is switched off"),
        ["notReady"] = new(503, "系统尚未就绪", "Not ready"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly ProblemKind Unlisted = new(409, "不能办理", "Refused");

    public static IEnumerable<string> Codes => Kinds.Keys;

    public static bool IsListed(string code) => Kinds.ContainsKey(code);

    public static ProblemKind KindOf(string code) => Kinds.GetValueOrDefault(code, Unlisted);

    /// <summary>The code of an error that the framework answers with a bare status.</summary>
    public static string CodeOf(int status) => status switch
    {
        401 => "keyRequired",
        403 => "forbidden",
        404 => "notFound",
        405 => "methodNotAllowed",
        406 => "notAcceptable",
        408 => "timeout",
        409 => "wrongState",
        412 => "versionConflict",
        413 => "tooLarge",
        414 => "addressTooLong",
        415 => "unsupportedMediaType",
        429 => "tooManyRequests",
        431 => "headersTooLarge",
        503 => "storeUnavailable",
        >= 500 => "internalError",
        _ => "badRequest",
    };

    /// <summary>The refusal as an answer.</summary>
    public static IResult ToResult(this Refusal refusal, int? retryAfterSeconds = null) => new ProblemResult(refusal, retryAfterSeconds);

    public static Refusal NotFoundHere { get; } = new(NotFound, "没有找到，请核对地址、编号或查询码。");

    public static Refusal SomebodyWasFaster { get; } = new("versionConflict", "内容已被他人更新，请重新读取后再办理。");
}

/// <summary>The members of an answer of type <c>application/problem+json</c>.</summary>
/// <param name="Type">A URN made of the code.</param>
/// <param name="Detail">About this occurrence; what a person can do.</param>
/// <param name="ErrorId">With 5xx: under this id the cause stands in the log.</param>
public sealed record Problem(
    string Type, string Title, string TitleEn, int Status, string Code, string Detail,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyDictionary<string, string[]>? Errors = null,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    string? ErrorId = null)
{
    public const string MediaType = "application/problem+json";

    public static Problem Of(Refusal refusal, string? errorId = null)
    {
        var kind = Problems.KindOf(refusal.Code);
        return new("urn:hotlinepush:problem:" + refusal.Code, kind.Title, kind.TitleEn, kind.Status, refusal.Code, refusal.Message, refusal.Errors, errorId);
    }
}
